/** The open sequence, what lies on its tracks, and the one way to change it. Track numbers count from 0. */

import type {
  Action,
  AudioClipTrackItem,
  premierepro,
  Project,
  Sequence,
  TickTime,
  VideoClipTrackItem,
} from "@adobe/premierepro";

import { HostError } from "./errors";

export type TrackItem = VideoClipTrackItem | AudioClipTrackItem;

/** A sequence with its project. `ticksPerFrame` is its frame rate; times count from its first frame. */
export interface OpenSequence {
  readonly ppro: premierepro;
  readonly project: Project;
  readonly sequence: Sequence;
  readonly ticksPerFrame: bigint;
}

/** An item on a track with its times in ticks. `item` is Premiere's own object. */
export interface PlacedItem {
  readonly item: TrackItem;
  readonly kind: "video" | "audio";
  readonly track: number;
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly inPoint: bigint;
}

/** The sequence in front of the editor. */
export async function openSequence(ppro: premierepro): Promise<OpenSequence> {
  const project = await ppro.Project.getActiveProject();
  if (!project) {
    throw new HostError("HostAbsent", "No project is open in Premiere.", "Open your project, then try again.");
  }
  const sequence = await project.getActiveSequence();
  if (!sequence) {
    throw new HostError("HostAbsent", "No sequence is open in Premiere.", "Open the sequence to be scored.");
  }
  return { ppro, project, sequence, ticksPerFrame: BigInt(await sequence.getTimebase()) };
}

/**
 * Change the project in one undoable step: the only function here that does.
 *
 * Premiere wants every action made and added inside `lockedAccess` (26.3 throws otherwise) and both callbacks
 * synchronous, so everything that must be awaited is awaited before.
 */
export function change(open: OpenSequence, undoText: string, make: (add: (action: Action) => void) => void): void {
  let done = false;
  open.project.lockedAccess(() => {
    done = open.project.executeTransaction((together) => {
      make((action) => {
        if (!together.addAction(action)) throw new HostError("HostRefused", `Premiere refused: ${undoText}.`, RETRY);
      });
    }, undoText);
  });
  if (!done) throw new HostError("HostRefused", `Premiere refused: ${undoText}.`, RETRY);
}

const RETRY = "Check that the track is not locked and the project can be changed, then try again.";

/** Premiere's time of a number of ticks. */
export function tickTime(ppro: premierepro, ticks: bigint): TickTime {
  return ppro.TickTime.createWithTicks(ticks.toString());
}

/** The number of ticks of a time of Premiere's. */
export function ticksIn(time: TickTime): bigint {
  return BigInt(time.ticks);
}

/** Every clip on every picture and sound track, track by track, in order of time. */
export async function itemsOf(open: OpenSequence): Promise<PlacedItem[]> {
  const { ppro, sequence } = open;
  const clip = ppro.Constants.TrackItemType.CLIP;
  const found: PlacedItem[] = [];
  const pictures = await sequence.getVideoTrackCount();
  for (let track = 0; track < pictures; track += 1) {
    const items = (await sequence.getVideoTrack(track)).getTrackItems(clip, false);
    for (const item of items) found.push(await placedItem(item, "video", track));
  }
  const sounds = await sequence.getAudioTrackCount();
  for (let track = 0; track < sounds; track += 1) {
    const items = (await sequence.getAudioTrack(track)).getTrackItems(clip, false);
    for (const item of items) found.push(await placedItem(item, "audio", track));
  }
  return found;
}

async function placedItem(item: TrackItem, kind: "video" | "audio", track: number): Promise<PlacedItem> {
  const [name, start, end, inPoint] = await Promise.all([
    item.getName(),
    item.getStartTime(),
    item.getEndTime(),
    item.getInPoint(),
  ]);
  return { item, kind, track, name, start: ticksIn(start), end: ticksIn(end), inPoint: ticksIn(inPoint) };
}

/** Where a list of items lies, as text that differs if any of them was moved, trimmed, added or taken out. */
export function fingerprint(items: readonly PlacedItem[]): string {
  return items
    .map(({ kind, track, name, start, end, inPoint }) => `${kind} ${track} ${start} ${end} ${inPoint} ${name}`)
    .join("\n");
}

/** The end of everything on the sequence, at a frame boundary: nothing can be shifted from there on. */
export async function endOfAll(open: OpenSequence, items: readonly PlacedItem[]): Promise<bigint> {
  const ends = [ticksIn(await open.sequence.getEndTime()), ...items.map((item) => item.end)];
  return ends.reduce((latest, end) => (end > latest ? end : latest), 0n);
}
