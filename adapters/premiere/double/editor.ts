/** Inserting, overwriting and removing, with what Premiere does to everything else meanwhile. */

import { API, type Played } from "./guard";
import type { ProjectItemFace } from "./project";
import type { Sequence } from "./sequence";
import type { TickTime } from "./time";
import type { ItemState, Track, TrackItem } from "./tracks";
import { Refused, type Action } from "./transactions";

export class TrackItemSelection implements Played {
  readonly [API] = "TrackItemSelection";
  constructor(readonly items: TrackItem[] = []) {}

  addItem(item: TrackItem): boolean {
    this.items.push(item);
    return true;
  }
  getTrackItems = () => Promise.resolve([...this.items]);
}

export class TrackItemSelectionDoor implements Played {
  readonly [API] = "TrackItemSelectionStatic";

  /** The selection is good inside the callback only. */
  createEmptySelection(callback: (selection: TrackItemSelection) => void): boolean {
    callback(new TrackItemSelection());
    return true;
  }
}

export class SequenceEditor implements Played {
  readonly [API] = "SequenceEditor";
  constructor(private readonly sequence: Sequence) {}

  /**
   * Insert at a time. `limitShift` shifts the given tracks only: and the picture track given with a sound may be one
   * of them (`rules.soundShiftsPicture`), which Adobe's pages leave open.
   */
  createInsertProjectItemAction(
    item: ProjectItemFace,
    time: TickTime,
    videoTrack: number,
    audioTrack: number,
    limitShift: boolean,
  ): Action {
    const { sequence } = this;
    return sequence.locks.action(() => {
      const media = mediaOf(item);
      const undo: (() => void)[] = [];
      const track = this.audioTrack(audioTrack, undo);
      track.refuseIfLocked();
      const picture = sequence.rules.soundShiftsPicture ? sequence.tracks("video")[videoTrack] : undefined;
      const shifted = limitShift ? [track, picture] : [...sequence.tracks("video"), ...sequence.tracks("audio")];
      for (const each of shifted) if (each) undo.push(each.shift(time.value, media.duration));
      undo.push(track.put(placed(item, time.value, media.duration)));
      return () => undo.reverse().forEach((back) => back());
    });
  }

  createOverwriteItemAction(item: ProjectItemFace, time: TickTime, _video: number, audioTrack: number): Action {
    return this.sequence.locks.action(() => {
      const media = mediaOf(item);
      const track = this.sequence.tracks("audio")[audioTrack];
      if (!track) throw new Refused("overwriting makes no track");
      track.refuseIfLocked();
      const undo = [track.clear(time.value, time.value + media.duration)];
      undo.push(track.put(placed(item, time.value, media.duration)));
      return () => undo.reverse().forEach((back) => back());
    });
  }

  createRemoveItemsAction(selection: TrackItemSelection, ripple: boolean): Action {
    const items = [...selection.items];
    return this.sequence.locks.action(() => {
      const undo: (() => void)[] = [];
      for (const item of items) {
        const { track } = item;
        track.refuseIfLocked();
        const former = track.clips;
        if (!former.includes(item)) throw new Error("This item is no longer on its track.");
        track.clips = former.filter((clip) => clip !== item);
        undo.push(() => (track.clips = former));
        if (ripple) undo.push(track.shift(item.state.end, item.state.start - item.state.end));
      }
      return () => undo.reverse().forEach((back) => back());
    });
  }

  /** "If you pass a track index greater than the number of existing tracks, a new track will be created." */
  private audioTrack(index: number, undo: (() => void)[]): Track {
    const { sequence } = this;
    const tracks = sequence.tracks("audio");
    const { newTrackAt } = sequence.rules;
    if (index === tracks.length + (newTrackAt === "n" ? 0 : 1)) {
      undo.push(sequence.addTrack("audio"));
      return sequence.tracks("audio").at(-1)!;
    }
    const track = tracks[newTrackAt === "n + 1, n is the last" ? Math.min(index, tracks.length - 1) : index];
    if (!track) throw new Refused("no such track");
    return track;
  }
}

export class SequenceEditorDoor implements Played {
  readonly [API] = "SequenceEditorStatic";
  getEditor = (sequence: Sequence) => new SequenceEditor(sequence);
}

function mediaOf(item: ProjectItemFace): { duration: bigint } {
  const { media } = item.of;
  if (!media?.audio || media.video) throw new Refused("the double places sound only");
  return media;
}

function placed(item: ProjectItemFace, start: bigint, duration: bigint): ItemState {
  const common = { inPoint: 0n, speed: 1, disabled: false, adjustment: false };
  return { ...common, name: item.of.name, start, end: start + duration, source: item.of };
}
