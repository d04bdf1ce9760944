/**
 * Our markers on the ruler of the sequence. Ours are those whose names end in a take's short id; no other is touched.
 *
 * Making a marker takes no colour and gives no marker back: colours are set in a second transaction, on markers found
 * again by name and start. Only from 26.3 a marker has an identity, so here its name and start stand for it.
 */

import type { Marker, premierepro } from "@adobe/premierepro";

import { HostError } from "./errors";
import { carriesId, nameWithId, shortId, withoutId } from "./names";
import { change, type OpenSequence, tickTime, ticksIn } from "./sequence";
import { frameOf, ticksOf, toFrame, type Time } from "./ticks";

/** A marker to be written. `color` is one of OpenTimelineIO's eleven; `name` gets the short id if it lacks it. */
export interface Mark {
  readonly time: Time;
  readonly name: string;
  readonly color: string;
  readonly comment: string;
}

/** A marker of ours as it stands. `key` names it until it is moved or written anew; `name` is without the short id. */
export interface OwnMark {
  readonly key: string;
  readonly time: bigint;
  readonly name: string;
  readonly color: string;
  readonly comment: string;
}

type PremiereColor = keyof premierepro["Constants"]["MarkerColor"];

/** Premiere has seven colours and spells one of them MAGNETA; their numbers have changed between its two interfaces. */
const PREMIERE_COLORS: Record<string, PremiereColor> = {
  RED: "RED", ORANGE: "ORANGE", YELLOW: "YELLOW", GREEN: "GREEN", CYAN: "CYAN", BLUE: "BLUE",
  MAGENTA: "MAGNETA", PINK: "MAGNETA", PURPLE: "MAGNETA", WHITE: "CYAN", BLACK: "BLUE",
};

/** Our markers, by time. */
export async function ownMarks(open: OpenSequence): Promise<OwnMark[]> {
  const all = (await markersOf(open)).getMarkers();
  const marks = all.filter(isOurs).map((marker) => ({
    key: keyOf(marker),
    time: ticksIn(marker.getStart()),
    name: withoutId(marker.getName()),
    color: colorOf(open.ppro, marker),
    comment: marker.getComments(),
  }));
  return marks.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}

/**
 * Make these our markers and no others; gives how many stand.
 *
 * Each goes to its nearest frame, never to another. Where an editor's marker stands on that frame ours is left out;
 * of two of ours on one frame a red one (a hit) wins and the other joins its comment.
 */
export async function writeMarks(open: OpenSequence, marks: readonly Mark[], take: string): Promise<number> {
  const markers = await markersOf(open);
  const there = markers.getMarkers();
  const end = ticksIn(await open.sequence.getEndTime());
  const wanted = oneAFrame(open, marks, shortId(take), editorsFrames(open, there), end);
  const { ppro } = open;
  change(open, "Music markers", (add) => {
    for (const marker of there.filter(isOurs)) add(markers.createRemoveMarkerAction(marker));
    for (const [start, mark] of wanted) {
      const [kind, at] = [ppro.Marker.MARKER_TYPE_COMMENT, tickTime(ppro, start)];
      add(markers.createAddMarkerAction(mark.name, kind, at, ppro.TickTime.TIME_ZERO, mark.comment));
    }
  });
  await setColors(open, new Map([...wanted].map(([start, mark]) => [keyText(start, mark.name), mark.color])));
  return wanted.size;
}

/** Move one of our markers to the frame nearest to a time. */
export async function moveMark(open: OpenSequence, key: string, time: Time): Promise<void> {
  const markers = await markersOf(open);
  const there = markers.getMarkers();
  const marker = there.find((candidate) => isOurs(candidate) && keyOf(candidate) === key);
  if (!marker) throw new HostError("HostRefused", "That marker is not ours, or is gone.", "Read the markers again.");
  const start = toFrame(ticksOf(time), open.ticksPerFrame);
  const others = there.filter((candidate) => candidate !== marker).map((candidate) => frameIn(open, candidate));
  if (others.includes(frameOf(start, open.ticksPerFrame))) {
    throw new HostError("HostRefused", "Another marker stands there.", "Choose another frame.");
  }
  change(open, "Move music marker", (add) =>
    add(markers.createMoveMarkerAction(marker, tickTime(open.ppro, start))),
  );
}

/** Remove our markers, and only ours; gives how many. */
export async function removeMarks(open: OpenSequence): Promise<number> {
  const markers = await markersOf(open);
  const ours = markers.getMarkers().filter(isOurs);
  if (ours.length > 0) {
    change(open, "Remove music markers", (add) => {
      for (const marker of ours) add(markers.createRemoveMarkerAction(marker));
    });
  }
  return ours.length;
}

/** OpenTimelineIO's name of a marker's colour; empty for one that Premiere's list does not hold. */
export function colorOf(ppro: premierepro, marker: Marker): string {
  const index = marker.getColorIndex();
  const names = Object.keys(PREMIERE_COLORS);
  return names.find((name) => ppro.Constants.MarkerColor[PREMIERE_COLORS[name]!] === index) ?? "";
}

async function setColors(open: OpenSequence, colors: ReadonlyMap<string, string>): Promise<void> {
  const { MarkerColor } = open.ppro.Constants;
  const made = (await markersOf(open)).getMarkers().filter((marker) => colors.has(keyOf(marker)));
  if (made.length === 0) return;
  change(open, "Music marker colours", (add) => {
    for (const marker of made) {
      const name = PREMIERE_COLORS[colors.get(keyOf(marker))!] ?? "GREEN";
      add(marker.createSetColorByIndexAction(MarkerColor[name]));
    }
  });
}

function oneAFrame(
  open: OpenSequence,
  marks: readonly Mark[],
  id: string,
  taken: ReadonlySet<bigint>,
  end: bigint,
): Map<bigint, Mark> {
  const last = frameOf(end, open.ticksPerFrame) - 1n;
  const byFrame = new Map<bigint, Mark>();
  for (const mark of marks) {
    // The end of the last frame is no frame of the sequence; a marker there sits on the last one.
    const asked = frameOf(ticksOf(mark.time), open.ticksPerFrame);
    const frame = asked === last + 1n ? last : asked;
    if (frame < 0n || frame > last || taken.has(frame)) continue;
    const named = { ...mark, name: nameWithId(mark.name, id) };
    const other = byFrame.get(frame);
    byFrame.set(frame, other === undefined ? named : merged(other, named));
  }
  const inOrder = [...byFrame].sort(([one], [two]) => (one < two ? -1 : 1));
  return new Map(inOrder.map(([frame, mark]) => [frame * open.ticksPerFrame, mark]));
}

function merged(first: Mark, second: Mark): Mark {
  const [kept, other] = second.color === "RED" && first.color !== "RED" ? [second, first] : [first, second];
  const comment = [kept.comment, withoutId(other.name), other.comment].filter((text) => text).join(" / ");
  return { ...kept, comment };
}

function editorsFrames(open: OpenSequence, markers: readonly Marker[]): Set<bigint> {
  return new Set(markers.filter((marker) => !isOurs(marker)).map((marker) => frameIn(open, marker)));
}

function frameIn(open: OpenSequence, marker: Marker): bigint {
  return frameOf(ticksIn(marker.getStart()), open.ticksPerFrame);
}

function markersOf(open: OpenSequence) {
  return open.ppro.Markers.getMarkers(open.sequence);
}

function isOurs(marker: Marker): boolean {
  return carriesId(marker.getName());
}

function keyOf(marker: Marker): string {
  return keyText(ticksIn(marker.getStart()), marker.getName());
}

function keyText(start: bigint, name: string): string {
  return `${start} ${name}`;
}
