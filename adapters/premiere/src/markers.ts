/**
 * Our markers: on the ruler of the sequence, or on the music itself where an editor's marker holds the frame. Ours are
 * those whose names end in a take's short id; no other is touched.
 *
 * Making a marker takes no colour and gives no marker back: colours are set in a second transaction, on markers found
 * again by name and start. Only from 26.3 a marker has an identity, so here its place, start and name stand for it.
 */

import type { Marker, Markers, premierepro } from "@adobe/premierepro";

import { HostError } from "./errors";
import { musicItem } from "./music";
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

/** Where markers of ours stand. `offset` is what a marker's own time lacks to the time on the sequence. */
interface Place {
  readonly name: "ruler" | "music";
  readonly markers: Markers;
  readonly offset: bigint;
  /** Start and end on the sequence. */
  readonly span: readonly [bigint, bigint];
}

/** A marker that stands, with its time on the sequence. */
interface Standing {
  readonly place: Place;
  readonly marker: Marker;
  readonly time: bigint;
  readonly key: string;
}

/** Our markers, by time. */
export async function ownMarks(open: OpenSequence): Promise<OwnMark[]> {
  const marks = standing(await places(open)).filter(isOurs).map(({ marker, time, key }) => ({
    key,
    time,
    name: withoutId(marker.getName()),
    color: colorOf(open.ppro, marker),
    comment: marker.getComments(),
  }));
  return marks.sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
}

/**
 * Make these our markers and no others; gives how many stand.
 *
 * Each goes to its nearest frame, never to another. Where an editor's marker stands on that frame ours goes onto the
 * music, or is left out where there is none. Of two of ours on one frame a red one (a hit) wins and the other joins its
 * comment.
 */
export async function writeMarks(open: OpenSequence, marks: readonly Mark[], take: string): Promise<number> {
  const { ppro } = open;
  const [ruler, music] = await places(open);
  const there = standing([ruler, music]);
  const theirs = there.filter((each) => each.place === ruler && !isOurs(each));
  const taken = new Set(theirs.map(({ time }) => frame(open, time)));
  const made: { place: Place; mark: Mark; at: bigint }[] = [];
  for (const [number, mark] of oneAFrame(open, marks, shortId(take), ruler.span[1])) {
    const place = taken.has(number) ? music : ruler;
    const time = number * open.ticksPerFrame;
    if (place && place.span[0] <= time && time < place.span[1]) made.push({ place, mark, at: time - place.offset });
  }
  change(open, "Music markers", (add) => {
    for (const { place, marker } of there.filter(isOurs)) add(place.markers.createRemoveMarkerAction(marker));
    for (const { place, mark, at } of made) {
      const [kind, start] = [ppro.Marker.MARKER_TYPE_COMMENT, tickTime(ppro, at)];
      add(place.markers.createAddMarkerAction(mark.name, kind, start, ppro.TickTime.TIME_ZERO, mark.comment));
    }
  });
  await setColors(open, new Map(made.map(({ place, mark, at }) => [keyText(place, at, mark.name), mark.color])));
  return made.length;
}

/** Move one of our markers to the frame nearest to a time. */
export async function moveMark(open: OpenSequence, key: string, time: Time): Promise<void> {
  const there = standing(await places(open));
  const moved = there.find((each) => each.key === key && isOurs(each));
  if (!moved) throw new HostError("HostRefused", "That marker is not ours, or is gone.", "Read the markers again.");
  const { place, marker } = moved;
  const start = toFrame(ticksOf(time), open.ticksPerFrame);
  if (start < place.span[0] || start >= place.span[1]) {
    throw new HostError("HostRefused", "That is outside of what is marked.", "Choose a frame within it.");
  }
  const inTheWay = there.filter((each) => each !== moved && (each.place === place || isOurs(each)));
  if (inTheWay.some((each) => frame(open, each.time) === frame(open, start))) {
    throw new HostError("HostRefused", "Another marker stands there.", "Choose another frame.");
  }
  change(open, "Move music marker", (add) =>
    add(place.markers.createMoveMarkerAction(marker, tickTime(open.ppro, start - place.offset))),
  );
}

/** Remove our markers, and only ours; gives how many. */
export async function removeMarks(open: OpenSequence): Promise<number> {
  const ours = standing(await places(open)).filter(isOurs);
  if (ours.length > 0) {
    change(open, "Remove music markers", (add) => {
      for (const { place, marker } of ours) add(place.markers.createRemoveMarkerAction(marker));
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
  const made = standing(await places(open)).filter(({ key }) => colors.has(key));
  if (made.length === 0) return;
  change(open, "Music marker colours", (add) => {
    for (const { marker, key } of made) {
      add(marker.createSetColorByIndexAction(MarkerColor[PREMIERE_COLORS[colors.get(key)!] ?? "GREEN"]));
    }
  });
}

/** Marks by frame, one a frame; without those that lie outside of the sequence. */
function oneAFrame(open: OpenSequence, marks: readonly Mark[], id: string, end: bigint): Map<bigint, Mark> {
  const last = frame(open, end) - 1n;
  const byFrame = new Map<bigint, Mark>();
  for (const mark of marks) {
    // The end of the last frame is no frame of the sequence; a marker there sits on the last one.
    const asked = frame(open, ticksOf(mark.time));
    const number = asked === last + 1n ? last : asked;
    if (number < 0n || number > last) continue;
    const named = { ...mark, name: nameWithId(mark.name, id) };
    const other = byFrame.get(number);
    byFrame.set(number, other === undefined ? named : merged(other, named));
  }
  return byFrame;
}

function merged(first: Mark, second: Mark): Mark {
  const [kept, other] = second.color === "RED" && first.color !== "RED" ? [second, first] : [first, second];
  const comment = [kept.comment, withoutId(other.name), other.comment].filter((text) => text).join(" / ");
  return { ...kept, comment };
}

/** The ruler, and our music where it lies. */
async function places(open: OpenSequence): Promise<[Place, Place | null]> {
  const { ppro, sequence } = open;
  const end = ticksIn(await sequence.getEndTime());
  const ruler: Place = { name: "ruler", markers: await ppro.Markers.getMarkers(sequence), offset: 0n, span: [0n, end] };
  const placed = await musicItem(open);
  const clip = placed && ppro.ClipProjectItem.cast(await placed.item.getProjectItem());
  if (!clip) return [ruler, null];
  const [offset, span] = [placed.start - placed.inPoint, [placed.start, placed.end] as const];
  return [ruler, { name: "music", markers: await ppro.Markers.getMarkers(clip), offset, span }];
}

function standing(where: readonly (Place | null)[]): Standing[] {
  return where.flatMap((place) =>
    place === null
      ? []
      : place.markers.getMarkers().map((marker) => {
          const start = ticksIn(marker.getStart());
          return { place, marker, time: start + place.offset, key: keyText(place, start, marker.getName()) };
        }),
  );
}

function frame(open: OpenSequence, time: bigint): bigint {
  return frameOf(time, open.ticksPerFrame);
}

function isOurs({ marker }: Standing): boolean {
  return carriesId(marker.getName());
}

function keyText(place: Place, start: bigint, name: string): string {
  return `${place.name} ${start} ${name}`;
}
