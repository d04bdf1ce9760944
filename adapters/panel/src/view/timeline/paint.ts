// Draws the lanes of the timeline: ruler, shots, beats, tempo, and what the music was asked to do. Only what can be
// seen is drawn, at every change anew; 300 shots cost no more than those that fit on the screen.

import type { Landing, Miss } from "../../api/messages";
import { type Edit, type Shot, isMiss, shotAt } from "../../music/edit";
import { secondsOf } from "../../music/time";
import { paintShots } from "./paint_shots";
import { scale, secondsAt, width, xOf } from "./scale";

export interface Lane {
  name: "ruler" | "shots" | "beats" | "tempo" | "music";
  top: number;
  height: number;
}

/** The lanes an edit has, from top to bottom; `low` where there is little room. */
export function lanesOf(edit: Edit, low: boolean): Lane[] {
  const heights: [Lane["name"], number][] = [["ruler", 20], ["shots", low ? 52 : 68]];
  if (edit.plan) heights.push(["beats", low ? 40 : 44], ["tempo", low ? 32 : 40]);
  if (edit.sections.length) heights.push(["music", low ? 28 : 34]);
  let top = 0;
  return heights.map(([name, height]) => ({ name, top: (top += height) - height, height }));
}

export interface Scene {
  edit: Edit;
  lanes: Lane[];
  chosen: number | null;
  hovered: number | null;
  locks: ReadonlyMap<number, string>;
  /** Shots that the take heard now plays otherwise than the one it was made from. */
  changed: readonly number[];
  picture: (shot: number) => HTMLImageElement | null;
}

export const INK = {
  line: "#2a2d33", strong: "#4a505a", faint: "#8e949f", quiet: "#b4b9c2", text: "#eceef1",
  block: "#26292e", accent: "#f2b44e", alert: "#ff8a75", ground: "#0e0f11",
};
export const SMALL = "500 10px Inter, system-ui, sans-serif";

export type Painter = (pen: CanvasRenderingContext2D, scene: Scene, lane: Lane) => void;

export function paint(canvas: HTMLCanvasElement, scene: Scene): void {
  const ratio = window.devicePixelRatio || 1;
  const bottom = scene.lanes.at(-1);
  const height = bottom ? bottom.top + bottom.height : 0;
  if (canvas.width !== Math.round(width.value * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width.value * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width.value, height);
  pen.textBaseline = "middle";
  for (const lane of scene.lanes) PAINTERS[lane.name](pen, scene, lane);
}

const PAINTERS: Record<Lane["name"], Painter> = {
  ruler: paintRuler,
  shots: paintShots,
  beats: paintBeats,
  tempo: paintTempo,
  music: paintMusic,
};

const STEPS = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800]; // seconds between two timecodes

function paintRuler(pen: CanvasRenderingContext2D, { edit }: Scene, { height }: Lane): void {
  const step = STEPS.find((one) => one * scale.value >= 84) ?? 3600;
  pen.font = SMALL;
  for (let time = Math.floor(secondsAt(0) / step) * step; time <= secondsAt(width.value); time += step) {
    const x = Math.round(xOf(time));
    pen.fillStyle = INK.strong;
    pen.fillRect(x, height - 6, 1, 6);
    pen.fillStyle = INK.faint;
    pen.fillText(edit.clock.timecode(time), x + 5, height / 2 - 1);
  }
}

/** Shots that can be seen, with the pixels where they begin and end. */
export function* seenShots(edit: Edit): Generator<[Shot, number, number]> {
  const first = shotAt(edit, secondsAt(0));
  for (let at = (first?.number ?? 1) - 1; at < edit.shots.length; at++) {
    const shot = edit.shots[at] as Shot;
    const left = xOf(shot.start);
    if (left > width.value) return;
    yield [shot, left, xOf(shot.end)];
  }
}

function paintBeats(pen: CanvasRenderingContext2D, { edit, chosen }: Scene, { top, height }: Lane): void {
  const { plan } = edit;
  if (!plan) return;
  const beatWidth = (60 / plan.base_bpm) * scale.value;
  const everyBar = [1, 2, 4, 8, 16, 32].find((n) => n * beatWidth * 4 > 26) ?? 64;
  pen.font = SMALL;
  for (const bar of plan.bars) {
    const x = Math.round(xOf(plan.beat_times[bar.beat] ?? 0));
    if (xOf(plan.beat_times[bar.beat + bar.beats] ?? edit.duration) < 0 || x > width.value) continue;
    const told = (bar.number - 1) % everyBar === 0;
    pen.fillStyle = told ? INK.strong : INK.line;
    pen.fillRect(x, top + 3, 1, height - 3);
    if (told) {
      pen.fillStyle = INK.faint;
      pen.fillText(String(bar.number), x + 4, top + 9);
    }
    if (beatWidth < 5) continue;
    pen.fillStyle = INK.line;
    for (let beat = 1; beat < bar.beats; beat++) {
      pen.fillRect(Math.round(xOf(plan.beat_times[bar.beat + beat] ?? 0)), top + height - 12, 1, 12);
    }
  }
  const middle = top + height - 15;
  const small = (edit.duration * scale.value) / edit.shots.length < 16;
  for (const one of [...plan.landings, ...plan.misses]) {
    const x = xOf(secondsOf(one.time));
    if (x > -8 && x < width.value + 8 && one.kind !== "end") paintMeeting(pen, one, x, middle, one.shot !== null && one.shot === chosen ? 6.5 : small ? 3.6 : 4.8);
  }
}

/**
 * A cut or hit on the grid: a diamond, filled on a beat, hollow between beats; with a ring if it was marked.
 * A miss: a cross in the colour of attention, with a line to the nearest place of the grid.
 */
function paintMeeting(pen: CanvasRenderingContext2D, one: Landing | Miss, x: number, y: number, size: number): void {
  pen.lineWidth = 1.6;
  if (isMiss(one)) {
    pen.strokeStyle = INK.alert;
    pen.beginPath();
    pen.moveTo(x - 4, y - 4);
    pen.lineTo(x + 4, y + 4);
    pen.moveTo(x + 4, y - 4);
    pen.lineTo(x - 4, y + 4);
    pen.moveTo(x, y + 9);
    pen.lineTo(x + (one.offset_ms / 1000) * scale.value, y + 9);
    pen.stroke();
    return;
  }
  pen.strokeStyle = pen.fillStyle = INK.accent;
  pen.beginPath();
  pen.moveTo(x, y - size);
  pen.lineTo(x + size, y);
  pen.lineTo(x, y + size);
  pen.lineTo(x - size, y);
  pen.closePath();
  if (one.on === "off-beat") pen.fillStyle = INK.ground;
  pen.fill();
  pen.stroke();
  if (one.kind === "cut" || one.kind === "dissolve") return;
  pen.beginPath();
  pen.arc(x, y, size + 3.5, 0, 2 * Math.PI);
  pen.stroke();
}

function paintTempo(pen: CanvasRenderingContext2D, { edit }: Scene, { top, height }: Lane): void {
  const map = edit.plan?.tempo_map ?? [];
  const speeds = map.map((one) => one.bpm);
  const low = Math.min(...speeds) - 2;
  const high = Math.max(...speeds) + 2;
  pen.fillStyle = INK.line;
  pen.fillRect(0, top, width.value, 1);
  pen.font = SMALL;
  const curve = new Path2D();
  const area = new Path2D();
  let begun = false;
  for (const segment of map) {
    const [left, right] = [xOf(secondsOf(segment.start)), xOf(secondsOf(segment.end))];
    if (right < 0 || left > width.value) continue;
    const y = top + height - 5 - ((segment.bpm - low) / (high - low)) * (height - 12);
    if (begun) curve.lineTo(left, y);
    else curve.moveTo(left, y);
    begun = true;
    curve.lineTo(right, y);
    area.rect(left, y, right - left, top + height - y);
    if (right - Math.max(left, 0) < 34) continue;
    pen.fillStyle = INK.quiet;
    pen.fillText(segment.bpm.toFixed(1), Math.max(left, 0) + 5, y - top > 15 ? y - 7 : y + 9);
  }
  pen.fillStyle = "#b4b9c20f";
  pen.fill(area);
  pen.strokeStyle = INK.quiet;
  pen.lineWidth = 1.5;
  pen.lineJoin = "round";
  pen.stroke(curve);
}

function paintMusic(pen: CanvasRenderingContext2D, { edit }: Scene, { top, height }: Lane): void {
  for (const section of edit.sections) {
    const [left, right] = [xOf(section.start), xOf(section.end)];
    if (right < 0 || left > width.value) continue;
    const box = { x: left + 0.75, y: top + 3, w: Math.max(1, right - left - 1.5), h: height - 6 };
    pen.save();
    pen.beginPath();
    pen.roundRect(box.x, box.y, box.w, box.h, 4);
    pen.clip();
    pen.fillStyle = INK.block;
    pen.fillRect(box.x, box.y, box.w, box.h);
    const [from, to] = section.energy;
    pen.fillStyle = "#f2b44e2e";
    pen.beginPath();
    pen.moveTo(box.x, box.y + box.h);
    pen.lineTo(box.x, box.y + box.h * (1 - from));
    pen.lineTo(box.x + box.w, box.y + box.h * (1 - to));
    pen.lineTo(box.x + box.w, box.y + box.h);
    pen.fill();
    const x = Math.max(box.x, 0) + 7;
    pen.font = SMALL;
    pen.fillStyle = INK.text;
    if (box.w > 40) pen.fillText(fitting(pen, section.caption, box.x + box.w - x - 6), x, box.y + box.h / 2 + 0.5);
    pen.restore();
  }
}

/** As much of a text as there is room for, pixels. */
export function fitting(pen: CanvasRenderingContext2D, text: string, room: number): string {
  const full = pen.measureText(text).width;
  if (full <= room) return text;
  let length = Math.max(0, Math.floor((text.length * room) / full));
  while (length > 0 && pen.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return length > 2 ? `${text.slice(0, length).trimEnd()}…` : "";
}
