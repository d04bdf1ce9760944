/** Tracks and what lies on them. Times are ticks from the first frame of the sequence. */

import { API, type Played } from "./guard";
import { Item } from "./project";
import { TickTime } from "./time";
import { Refused, type Action, type Locks } from "./transactions";

export type Kind = "video" | "audio";

/** What a clip or transition starts with; `inPoint` in the media's own time. */
export interface ItemState {
  name: string;
  start: bigint;
  end: bigint;
  inPoint: bigint;
  source: Item | null;
  speed: number;
  disabled: boolean;
  adjustment: boolean;
}

export class TrackItem implements Played {
  readonly [API]: string;
  constructor(
    private readonly locks: Locks,
    public track: Track,
    public state: ItemState,
  ) {
    this[API] = track.kind === "video" ? "VideoClipTrackItem" : "AudioClipTrackItem";
  }

  getName = () => Promise.resolve(this.state.name);
  getStartTime = () => Promise.resolve(new TickTime(this.state.start));
  getEndTime = () => Promise.resolve(new TickTime(this.state.end));
  getDuration = () => Promise.resolve(new TickTime(this.state.end - this.state.start));
  getInPoint = () => Promise.resolve(new TickTime(this.state.inPoint));
  getSpeed = () => Promise.resolve(Math.abs(this.state.speed));
  isSpeedReversed = () => Promise.resolve(this.state.speed < 0 ? 1 : 0);
  isDisabled = () => Promise.resolve(this.state.disabled);
  isAdjustmentLayer = () => Promise.resolve(this.state.adjustment);
  getTrackIndex = () => Promise.resolve(this.track.index);
  getProjectItem = () => Promise.resolve(this.state.source?.asProjectItem ?? null);

  /** By an offset. Where it comes to lie on another clip it overwrites it, as a drag does. */
  createMoveAction(offset: TickTime): Action {
    return this.locks.action(() => {
      this.track.refuseIfLocked();
      const former = this.state;
      const [start, end] = [former.start + offset.value, former.end + offset.value];
      if (start < 0n) throw new Refused("before the start of the sequence");
      const back = this.track.clear(start, end, this);
      this.state = { ...former, start, end };
      return () => {
        this.state = former;
        back();
      };
    });
  }

  createSetNameAction(name: string): Action {
    return this.locks.action(() => {
      const former = this.state;
      this.state = { ...former, name };
      return () => (this.state = { ...this.state, name: former.name });
    });
  }
}

export class Track implements Played {
  readonly [API]: string;
  clips: TrackItem[] = [];
  transitions: TrackItem[] = [];
  locked = false;
  constructor(
    readonly locks: Locks,
    readonly kind: Kind,
    readonly index: number,
    private readonly types: Record<string, number>,
    public name: string,
  ) {
    this[API] = kind === "video" ? "VideoTrack" : "AudioTrack";
  }

  getTrackItems(type: number): TrackItem[] {
    const items = type === this.types["CLIP"] ? this.clips : type === this.types["TRANSITION"] ? this.transitions : [];
    return [...items].sort((one, other) => Number(one.state.start - other.state.start));
  }

  createSetNameAction(name: string): Action {
    return this.locks.action(() => {
      const former = this.name;
      this.name = name;
      return () => (this.name = former);
    });
  }

  refuseIfLocked(): void {
    if (this.locked) throw new Refused(`${this.name} is locked`);
  }

  /** Put a clip down; gives how to undo it. */
  put(state: ItemState): () => void {
    const item = new TrackItem(this.locks, this, state);
    this.clips.push(item);
    return () => (this.clips = this.clips.filter((clip) => clip !== item));
  }

  /** What lies from `start` to `end` is cut away, but for one item. */
  clear(start: bigint, end: bigint, except?: TrackItem): () => void {
    return this.remade((item) => {
      const { state } = item;
      if (item === except || state.end <= start || end <= state.start) return [item];
      const left = state.start < start ? [this.part(item, state.start, start)] : [];
      const right = end < state.end ? [this.part(item, end, state.end)] : [];
      return [...left, ...right];
    });
  }

  /** Everything from a time on goes later by a length; a clip that runs across is cut in two. */
  shift(time: bigint, by: bigint): () => void {
    return this.remade((item) => {
      const { start, end } = item.state;
      if (end <= time) return [item];
      if (start >= time) return [this.later(item, by)];
      return [this.part(item, start, time), this.later(this.part(item, time, end), by)];
    });
  }

  private remade(make: (item: TrackItem) => TrackItem[]): () => void {
    const former = this.clips;
    this.clips = former.flatMap(make);
    return () => (this.clips = former);
  }

  private part(item: TrackItem, start: bigint, end: bigint): TrackItem {
    const inPoint = item.state.inPoint + (start - item.state.start);
    return new TrackItem(this.locks, this, { ...item.state, start, end, inPoint });
  }

  private later(item: TrackItem, by: bigint): TrackItem {
    const { state } = item;
    return new TrackItem(this.locks, this, { ...state, start: state.start + by, end: state.end + by });
  }
}
