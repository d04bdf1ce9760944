// Draws the lane of shots: a block each, with its picture, number, name and lock.

import type { Shot } from "../../music/edit";
import { INK, type Lane, SMALL, type Scene, fitting, seenShots } from "./paint";
import { width } from "./scale";

const LABEL = "600 10.5px Inter, system-ui, sans-serif";
const SHADE = "#0e0f11cc";

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function paintShots(pen: CanvasRenderingContext2D, scene: Scene, lane: Lane): void {
  for (const [shot, left, right] of seenShots(scene.edit)) {
    const box = { x: left + 0.75, y: lane.top + 2, w: Math.max(1, right - left - 1.5), h: lane.height - 4 };
    pen.save();
    pen.beginPath();
    pen.roundRect(box.x, box.y, box.w, box.h, Math.min(4, box.w / 2));
    pen.clip();
    pen.fillStyle = shot.kind === "gap" ? INK.ground : INK.block;
    pen.fillRect(box.x, box.y, box.w, box.h);
    paintPicture(pen, scene.picture(shot.number), box);
    if (shot.number === scene.hovered) {
      pen.fillStyle = "#ffffff1f";
      pen.fillRect(box.x, box.y, box.w, box.h);
    }
    if (scene.changed.includes(shot.number)) {
      pen.fillStyle = INK.accent;
      pen.fillRect(box.x, box.y + box.h - 3, box.w, 3);
    }
    if (box.w > 20) paintLabels(pen, shot, box, scene.locks.has(shot.number));
    pen.restore();
    if (shot.number === scene.chosen) paintChoice(pen, box);
  }
}

function paintChoice(pen: CanvasRenderingContext2D, box: Box): void {
  pen.strokeStyle = INK.accent;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(box.x + 1, box.y + 1, Math.max(1, box.w - 2), box.h - 2, 3);
  pen.stroke();
}

/** The picture at its own proportions; what the block has beyond it is filled with the same, darker. */
function paintPicture(pen: CanvasRenderingContext2D, image: HTMLImageElement | null, box: Box): void {
  if (!image) return;
  const tile = (image.naturalWidth / image.naturalHeight) * box.h;
  for (let x = box.x; x < box.x + box.w && x < width.value; x += tile) {
    if (x + tile < 0) continue;
    pen.drawImage(image, x, box.y, tile, box.h);
    if (x === box.x) continue;
    pen.fillStyle = "#0e0f1199";
    pen.fillRect(x, box.y, tile, box.h);
  }
}

function paintLabels(pen: CanvasRenderingContext2D, shot: Shot, box: Box, locked: boolean): void {
  const x = Math.max(box.x, 0);
  if (box.w > 72) {
    const shade = pen.createLinearGradient(0, box.y + box.h - 24, 0, box.y + box.h);
    shade.addColorStop(0, "#0e0f1100");
    shade.addColorStop(1, "#0e0f11ee");
    pen.fillStyle = shade;
    pen.fillRect(box.x, box.y + box.h - 24, box.w, 24);
    pen.font = SMALL;
    pen.fillStyle = INK.text;
    pen.fillText(fitting(pen, shot.name, box.x + box.w - x - 12), x + 6, box.y + box.h - 8);
  }
  const number = String(shot.number);
  pen.font = LABEL;
  pen.fillStyle = SHADE;
  pen.beginPath();
  pen.roundRect(x + 3, box.y + 3, pen.measureText(number).width + 8, 15, 3);
  pen.fill();
  pen.fillStyle = INK.text;
  pen.fillText(number, x + 7, box.y + 11);
  if (locked && box.w > 34) paintLock(pen, box.x + box.w - 15, box.y + 4);
}

function paintLock(pen: CanvasRenderingContext2D, x: number, y: number): void {
  pen.fillStyle = SHADE;
  pen.beginPath();
  pen.roundRect(x - 2, y - 1, 14, 15, 3);
  pen.fill();
  pen.strokeStyle = pen.fillStyle = INK.accent;
  pen.lineWidth = 1.4;
  pen.fillRect(x + 1, y + 6, 8, 6);
  pen.beginPath();
  pen.arc(x + 5, y + 5.5, 2.6, Math.PI, 0);
  pen.stroke();
}
