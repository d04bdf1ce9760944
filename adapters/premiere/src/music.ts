/**
 * Our music on the sequence: an audio clip at its first frame whose name ends in the take's short id.
 *
 * Premiere offers to insert (which shifts what comes later) or to overwrite (which destroys what is there), and no call
 * that adds a track; an insert beyond the last track makes one. So the clip is inserted behind the end of everything,
 * where nothing can be shifted or destroyed, on a track of its own, and is moved from there to its place. Whatever else
 * happened is noticed by comparing all items before and after.
 */

import type { Action, AudioTrack, ProjectItem } from "@adobe/premierepro";

import { HostError, hostErrorOf } from "./errors";
import { carriesId, idIn, MUSIC_NAME, nameWithId, shortId } from "./names";
import { itemOfFile, mediaPathOf, samePath } from "./project_items";
import {
  change, endOfAll, fingerprint, itemsOf, tickTime, type OpenSequence, type PlacedItem,
} from "./sequence";
import { upToFrame } from "./ticks";

/** What to place: an absolute path, the name of the clip (it gets the short id), the take's id. */
export interface Music {
  readonly path: string;
  readonly name: string;
  readonly take: string;
}

/** Our music as it lies: the file, the take's short id, its times in ticks. */
export interface HeldMusic {
  readonly path: string;
  readonly id: string;
  readonly start: bigint;
  readonly duration: bigint;
}

/** Whether other music of ours gave way, and what the editor should know. */
export interface Placed {
  readonly replaced: boolean;
  readonly remarks: readonly string[];
}

/** Our music on the sequence, if there is any; the earliest of several. */
export async function musicItem(open: OpenSequence): Promise<PlacedItem | null> {
  return (await itemsOf(open)).filter(isOurs).sort((one, two) => (one.start < two.start ? -1 : 1))[0] ?? null;
}

/** What our music is, and where it lies. */
export async function heldMusic(open: OpenSequence): Promise<HeldMusic | null> {
  const placed = await musicItem(open);
  if (!placed) return null;
  const path = await mediaPathOf(open.ppro, await placed.item.getProjectItem());
  return { path, id: idIn(placed.name), start: placed.start, duration: placed.end - placed.start };
}

/** Put music at the first frame; music of ours that lies there gives way, everything else stays as it is. */
export async function placeMusic(open: OpenSequence, music: Music): Promise<Placed> {
  const item = await itemOfFile(open, music.path);
  const before = await itemsOf(open);
  const former = before.filter(isOurs);
  const { ahead, pictures } = await inserted(open, item, music.path, before);
  try {
    const named = await open.sequence.getAudioTrack(ahead.track);
    settle(open, ahead, former, named, nameWithId(music.name, shortId(music.take)));
  } catch (error) {
    remove(open, [ahead], "Take the music back");
    throw error;
  }
  await check(open, music.path, ahead.track, before);
  const made = (await open.sequence.getVideoTrackCount()) - pictures;
  const remarks = made > 0 ? ["Premiere made an empty video track as well; it may be deleted."] : [];
  return { replaced: former.length > 0, remarks };
}

interface Inserted {
  readonly ahead: PlacedItem;
  readonly pictures: number;
}

/** Insert the file behind the end of everything: on our former music's track if it is alone there, else a new one. */
async function inserted(
  open: OpenSequence,
  item: ProjectItem,
  path: string,
  before: readonly PlacedItem[],
): Promise<Inserted> {
  const pictures = await open.sequence.getVideoTrackCount();
  const sounds = await open.sequence.getAudioTrackCount();
  const end = upToFrame(await endOfAll(open, before), open.ticksPerFrame);
  const own = trackOfOurs(before);
  // The types promise a new track for an index "greater than the number of existing tracks", counting from 0 or 1.
  for (const track of own === null ? [sounds, sounds + 1] : [own]) {
    const refusal = insertAt(open, item, end, track);
    if (refusal && own !== null) throw refusal; // the track is locked
    const ahead = refusal ? null : await newItem(open, path, end);
    if (!ahead) continue;
    if (ahead.track >= sounds || ahead.track === own) return { ahead, pictures };
    remove(open, [ahead], "Take the music back"); // it went to a track of the editor's
  }
  throw new HostError(
    "HostRefused",
    "Premiere made no track for the music.",
    "Add a stereo audio track below the others, drag the file there from the bin VEM Music.",
    path,
  );
}

/** Insert at a time; gives the refusal if Premiere does not. */
function insertAt(open: OpenSequence, item: ProjectItem, time: bigint, track: number): HostError | null {
  const editor = open.ppro.SequenceEditor.getEditor(open.sequence);
  const at = tickTime(open.ppro, time);
  // The last argument limits shifting to the given tracks; from here on no track holds anything to shift.
  try {
    change(open, "Insert music", (add) => add(editor.createInsertProjectItemAction(item, at, 0, track, true)));
    return null;
  } catch (thrown) {
    return hostErrorOf(thrown);
  }
}

/** One undoable step: the former music out, the new one to the first frame and under its name, the track named too. */
function settle(
  open: OpenSequence,
  ahead: PlacedItem,
  former: readonly PlacedItem[],
  track: AudioTrack,
  name: string,
): void {
  const { ppro } = open;
  // Premiere moves by an offset; a negative one is got by subtraction, as only whole ticks are sure to be read.
  const offset = ppro.TickTime.TIME_ZERO.subtract(tickTime(ppro, ahead.start));
  change(open, "Place music", (add) => {
    if (former.length > 0) addRemoval(open, former, add);
    add(ahead.item.createMoveAction(offset));
    add(ahead.item.createSetNameAction(name));
    // Tracks can be renamed from 26.3 on; before, the music is known by its own name alone.
    if (track.name !== MUSIC_NAME && typeof track.createSetNameAction === "function") {
      add(track.createSetNameAction(MUSIC_NAME));
    }
  });
}

function remove(open: OpenSequence, items: readonly PlacedItem[], undoText: string): void {
  change(open, undoText, (add) => addRemoval(open, items, add));
}

function addRemoval(open: OpenSequence, items: readonly PlacedItem[], add: (action: Action) => void): void {
  const { ppro } = open;
  const editor = ppro.SequenceEditor.getEditor(open.sequence);
  ppro.TrackItemSelection.createEmptySelection((selection) => {
    for (const { item } of items) selection.addItem(item);
    add(editor.createRemoveItemsAction(selection, false, ppro.Constants.MediaType.AUDIO));
  });
}

async function check(
  open: OpenSequence,
  path: string,
  track: number,
  before: readonly PlacedItem[],
): Promise<void> {
  const after = await itemsOf(open);
  const [music, ...more] = after.filter(isOurs);
  const held = music && (await mediaPathOf(open.ppro, await music.item.getProjectItem()));
  if (!music || more.length > 0 || music.track !== track || music.start !== 0n || !samePath(held!, path)) {
    throw new HostError("HostRefused", "Premiere did not put the music where it was asked to.", UNDO, path);
  }
  const theirs = (items: readonly PlacedItem[]) => fingerprint(items.filter((placed) => !isOurs(placed)));
  if (theirs(after) !== theirs(before)) {
    throw new HostError("HostRefused", "Premiere changed other clips while it placed the music.", UNDO, path);
  }
}

const UNDO = "Choose Edit > Undo until the step 'Insert music' is gone, then drag the file from the bin VEM Music.";

async function newItem(open: OpenSequence, path: string, from: bigint): Promise<PlacedItem | null> {
  for (const placed of await itemsOf(open)) {
    if (placed.kind !== "audio" || placed.start < from) continue;
    const held = await mediaPathOf(open.ppro, await placed.item.getProjectItem());
    if (samePath(held, path)) return placed;
  }
  return null;
}

/** The audio track that holds our music and nothing else; null if there is none. */
function trackOfOurs(items: readonly PlacedItem[]): number | null {
  const sounds = items.filter((placed) => placed.kind === "audio");
  const ours = sounds.find(isOurs);
  const alone = ours && sounds.every((placed) => placed.track !== ours.track || isOurs(placed));
  return alone ? ours.track : null;
}

function isOurs(placed: PlacedItem): boolean {
  return placed.kind === "audio" && carriesId(placed.name);
}
