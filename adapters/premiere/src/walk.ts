/**
 * The open sequence as OpenTimelineIO, gathered from its tracks: for Premiere below 26.2, which exports none by script.
 *
 * Times are frames of the sequence's rate; sound that starts between frames has fractional ones. A retimed clip's range
 * starts at its in-point and lasts as long as on the sequence, with the speed beside it. What cannot be seen this way
 * (effects, keyframes, nested edits) does not matter to the music, and a clip that is a sequence stays one clip.
 */

import type { premierepro, ProjectItem } from "@adobe/premierepro";

import { colorOf } from "./markers";
import { mediaPathOf } from "./project_items";
import { ticksIn, type OpenSequence, type TrackItem } from "./sequence";
import { TICKS_PER_SECOND } from "./ticks";

type Json = Record<string, unknown>;

/** A clip or a transition on a track, in ticks. */
interface Span {
  readonly start: bigint;
  readonly end: bigint;
  readonly json: Json;
}

/** Frames of a rate, as OpenTimelineIO writes times. */
class Ruler {
  private readonly rate: number;
  constructor(private readonly ticksPerFrame: bigint) {
    this.rate = Number(TICKS_PER_SECOND) / Number(ticksPerFrame);
  }

  time(ticks: bigint): Json {
    const whole = ticks % this.ticksPerFrame === 0n;
    const value = whole ? Number(ticks / this.ticksPerFrame) : Number(ticks) / Number(this.ticksPerFrame);
    return { OTIO_SCHEMA: "RationalTime.1", rate: this.rate, value };
  }

  range(start: bigint, duration: bigint): Json {
    return { OTIO_SCHEMA: "TimeRange.1", start_time: this.time(start), duration: this.time(duration) };
  }
}

/** An OpenTimelineIO timeline of everything that counts on the sequence: picture, sound, transitions, markers. */
export async function walkedSequence(open: OpenSequence): Promise<Json> {
  const { ppro, sequence } = open;
  const ruler = new Ruler(open.ticksPerFrame);
  const tracks: Json[] = [];
  for (let index = 0; index < (await sequence.getVideoTrackCount()); index += 1) {
    tracks.push(await walkedTrack(ppro, ruler, "Video", await sequence.getVideoTrack(index)));
  }
  for (let index = 0; index < (await sequence.getAudioTrackCount()); index += 1) {
    tracks.push(await walkedTrack(ppro, ruler, "Audio", await sequence.getAudioTrack(index)));
  }
  return {
    OTIO_SCHEMA: "Timeline.1",
    metadata: { vem_export: { from: "walk over the tracks" } },
    name: sequence.name,
    global_start_time: ruler.time(ticksIn(await sequence.getZeroPoint())),
    tracks: {
      ...container("Stack.1", "tracks", tracks),
      markers: (await ppro.Markers.getMarkers(sequence)).getMarkers().map((marker) => markerJson(ppro, ruler, marker)),
    },
  };
}

interface Track {
  readonly name: string;
  getTrackItems(kind: number, includeEmpty: boolean): TrackItem[];
}

async function walkedTrack(ppro: premierepro, ruler: Ruler, kind: string, track: Track): Promise<Json> {
  const { TrackItemType } = ppro.Constants;
  const clips: Span[] = [];
  for (const item of track.getTrackItems(TrackItemType.CLIP, false)) {
    const span = await walkedClip(ppro, ruler, kind, item);
    if (span) clips.push(span);
  }
  const edges = clips.flatMap(({ start, end }) => [start, end]);
  const joins: Span[] = [];
  for (const item of track.getTrackItems(TrackItemType.TRANSITION, false)) {
    const join = await walkedTransition(ruler, item, edges);
    if (join) joins.push(join);
  }
  return { ...container("Track.1", track.name, inOrder(ruler, clips, joins)), kind };
}

/** Clips with the gaps between them, and every transition between the two entries that it joins. */
function inOrder(ruler: Ruler, clips: readonly Span[], joins: readonly Span[]): Json[] {
  const children: Json[] = [];
  const left = [...joins];
  const joinAt = (time: bigint) => {
    const found = left.findIndex((join) => join.start === time);
    if (found >= 0) children.push(left.splice(found, 1)[0]!.json);
  };
  let reached = 0n;
  for (const clip of [...clips].sort((one, other) => (one.start < other.start ? -1 : 1))) {
    joinAt(reached);
    if (clip.start > reached) {
      children.push({ ...entry("Gap.1", ""), source_range: ruler.range(0n, clip.start - reached) });
      joinAt(clip.start);
    }
    children.push(clip.json);
    reached = clip.end;
  }
  joinAt(reached);
  return children;
}

async function walkedClip(
  ppro: premierepro,
  ruler: Ruler,
  kind: string,
  item: TrackItem,
): Promise<Span | null> {
  if (kind === "Video" && (await item.isAdjustmentLayer())) return null; // it changes pictures, it is none
  const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
  const inPoint = ticksIn(await item.getInPoint());
  const source = await item.getProjectItem();
  const speed = (await item.getSpeed()) * ((await item.isSpeedReversed()) ? -1 : 1);
  const warp = { ...entry("LinearTimeWarp.1", ""), effect_name: "LinearTimeWarp", time_scalar: speed };
  const json = {
    ...entry("Clip.2", await item.getName()),
    source_range: ruler.range(inPoint, end - start),
    enabled: !(await item.isDisabled()),
    effects: speed === 1 ? [] : [warp],
    markers: source ? await clipMarkers(ppro, ruler, source) : [],
    media_references: { DEFAULT_MEDIA: await mediaJson(ppro, source) },
    active_media_reference_key: "DEFAULT_MEDIA",
  };
  return { start, end, json };
}

async function mediaJson(ppro: premierepro, source: ProjectItem | null): Promise<Json> {
  const path = source ? await mediaPathOf(ppro, source) : "";
  const missing = { ...entry("MissingReference.1", ""), available_range: null, available_image_bounds: null };
  return path === "" ? missing : { ...missing, OTIO_SCHEMA: "ExternalReference.1", target_url: path };
}

async function clipMarkers(ppro: premierepro, ruler: Ruler, source: ProjectItem): Promise<Json[]> {
  const clip = ppro.ClipProjectItem.cast(source);
  if (!clip || (await clip.isSequence())) return []; // markers of a nested sequence are its own affair
  return (await ppro.Markers.getMarkers(clip)).getMarkers().map((marker) => markerJson(ppro, ruler, marker));
}

type Marker = ReturnType<Awaited<ReturnType<premierepro["Markers"]["getMarkers"]>>["getMarkers"]>[number];

function markerJson(ppro: premierepro, ruler: Ruler, marker: Marker): Json {
  return {
    OTIO_SCHEMA: "Marker.2",
    metadata: {},
    name: marker.getName(),
    color: colorOf(ppro, marker) || "GREEN",
    comment: marker.getComments(),
    marked_range: ruler.range(ticksIn(marker.getStart()), ticksIn(marker.getDuration())),
  };
}

/** A transition, kept at the cut it lies on: `start` is that cut. None is kept that lies on no edge of a clip. */
async function walkedTransition(ruler: Ruler, item: TrackItem, edges: readonly bigint[]): Promise<Span | null> {
  const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
  const middle = (start + end) / 2n;
  const distance = (edge: bigint) => (edge > middle ? edge - middle : middle - edge);
  const inside = edges.filter((edge) => start <= edge && edge <= end);
  if (inside.length === 0) return null;
  const cut = inside.reduce((best, edge) => (distance(edge) < distance(best) ? edge : best));
  const json = {
    OTIO_SCHEMA: "Transition.1",
    metadata: {},
    name: await item.getName(),
    transition_type: "SMPTE_Dissolve",
    in_offset: ruler.time(cut - start),
    out_offset: ruler.time(end - cut),
  };
  return { start: cut, end: cut, json };
}

function entry(schema: string, name: string): Json {
  return { OTIO_SCHEMA: schema, metadata: {}, name, effects: [], markers: [], enabled: true };
}

function container(schema: string, name: string, children: Json[]): Json {
  return { ...entry(schema, name), source_range: null, children };
}
