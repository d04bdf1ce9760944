/** A sequence of the double. */

import { API, type Played } from "./guard";
import { TrackItemSelection } from "./editor";
import { Guid, Markers } from "./project";
import { TickTime } from "./time";
import { Track, type Kind } from "./tracks";
import type { Locks } from "./transactions";

/** What Adobe's pages leave open; tests play both answers. */
export interface Rules {
  /**
   * Which index makes a new track on an insert, of a sequence with n tracks: n; or n + 1, where n is the last track or is
   * refused.
   */
  readonly newTrackAt: "n" | "n + 1, n is the last" | "n + 1, n is refused";
  /** Whether inserting a sound shifts the picture track that is named with it. */
  readonly soundShiftsPicture: boolean;
}

class TimeDisplay implements Played {
  readonly [API] = "TimeDisplay";
  constructor(readonly type: number) {}
}

export class Sequence implements Played {
  readonly [API] = "Sequence";
  readonly guid = new Guid();
  readonly markers: Markers;
  readonly selection = new TrackItemSelection();
  playhead = 0n;
  private readonly all: Record<Kind, Track[]> = { video: [], audio: [] };

  constructor(
    readonly locks: Locks,
    readonly rules: Rules,
    readonly name: string,
    readonly ticksPerFrame: bigint,
    readonly zeroPoint: bigint,
    private readonly display: number,
    private readonly itemTypes: Record<string, number>,
    firstColor: number,
  ) {
    this.markers = new Markers(locks, firstColor);
  }

  tracks(kind: Kind): Track[] {
    return this.all[kind];
  }

  /** Add an empty track above the others; gives how to undo it. */
  addTrack(kind: Kind): () => void {
    const tracks = this.all[kind];
    const name = `${kind === "video" ? "Video" : "Audio"} ${tracks.length + 1}`;
    tracks.push(new Track(this.locks, kind, tracks.length, this.itemTypes, name));
    return () => tracks.pop();
  }

  get end(): bigint {
    const ends = [...this.all.video, ...this.all.audio].flatMap((track) => track.clips.map((clip) => clip.state.end));
    return ends.reduce((latest, end) => (end > latest ? end : latest), 0n);
  }

  getVideoTrackCount = () => Promise.resolve(this.all.video.length);
  getAudioTrackCount = () => Promise.resolve(this.all.audio.length);
  getVideoTrack = (index: number) => Promise.resolve(this.trackAt("video", index));
  getAudioTrack = (index: number) => Promise.resolve(this.trackAt("audio", index));
  getTimebase = () => Promise.resolve(this.ticksPerFrame.toString());
  getZeroPoint = () => Promise.resolve(new TickTime(this.zeroPoint));
  getEndTime = () => Promise.resolve(new TickTime(this.end));
  getPlayerPosition = () => Promise.resolve(new TickTime(this.playhead));
  getSelection = () => Promise.resolve(this.selection);
  getSequenceVideoTimeDisplayFormat = () => Promise.resolve(new TimeDisplay(this.display));

  setPlayerPosition(time?: TickTime): Promise<boolean> {
    this.playhead = time?.value ?? 0n;
    return Promise.resolve(true);
  }

  private trackAt(kind: Kind, index: number): Track {
    const track = this.all[kind][index];
    if (!track) throw new Error(`There is no ${kind} track ${index}.`);
    return track;
  }
}
