/** Project items, bins and markers of the double. */

import { API, type Played } from "./guard";
import { TickTime } from "./time";
import type { Action, Locks } from "./transactions";

/** What a media file holds; `duration` in ticks. */
export interface Media {
  readonly duration: bigint;
  readonly video: boolean;
  readonly audio: boolean;
}

/** Types of project items, with numbers of the double's own. */
export const ITEM_TYPES = { TYPE_CLIP: 31, TYPE_BIN: 32, TYPE_ROOT: 33, TYPE_FILE: 34, TYPE_STYLE: 35, TYPE_COMPOUND: 36 };

/** A marker as the program keeps it. `color` is the number of one of `Constants.MarkerColor`. */
export class Marker implements Played {
  readonly [API] = "Marker";
  readonly guid: Guid;
  constructor(
    private readonly locks: Locks,
    public name: string,
    public start: bigint,
    public duration: bigint,
    public comments: string,
    public color: number,
    readonly type: string,
  ) {
    this.guid = new Guid();
  }

  getName = () => this.name;
  getStart = () => new TickTime(this.start);
  getDuration = () => new TickTime(this.duration);
  getComments = () => this.comments;
  getColorIndex = () => this.color;
  getType = () => this.type;

  createSetColorByIndexAction(index: number): Action {
    return this.locks.action(() => {
      const former = this.color;
      this.color = index;
      return () => (this.color = former);
    });
  }
}

export class Guid implements Played {
  readonly [API] = "Guid";
  private static count = 0;
  private readonly text = `00000000-0000-0000-0000-${String((Guid.count += 1)).padStart(12, "0")}`;
  toString = () => this.text;
}

/** The markers of a sequence or of a project item. */
export class Markers implements Played {
  readonly [API] = "Markers";
  readonly list: Marker[] = [];
  constructor(
    private readonly locks: Locks,
    private readonly firstColor: number,
  ) {}

  getMarkers(): Marker[] {
    return [...this.list].sort((one, other) => Number(one.start - other.start));
  }

  /** No colour can be asked for, and no marker comes back. */
  createAddMarkerAction(name: string, type = "Comment", start?: TickTime, duration?: TickTime, comments = ""): Action {
    const [at, lasts] = [start?.value ?? 0n, duration?.value ?? 0n];
    return this.locks.action(() => {
      const marker = new Marker(this.locks, name, at, lasts, comments, this.firstColor, type);
      this.list.push(marker);
      return () => this.list.splice(this.list.indexOf(marker), 1);
    });
  }

  createRemoveMarkerAction(marker: Marker): Action {
    return this.locks.action(() => {
      const index = this.list.indexOf(marker);
      if (index < 0) throw new Error("This marker is not of these.");
      this.list.splice(index, 1);
      return () => this.list.splice(index, 0, marker);
    });
  }

  createMoveMarkerAction(marker: Marker, time: TickTime): Action {
    return this.locks.action(() => {
      const former = marker.start;
      marker.start = time.value;
      return () => (marker.start = former);
    });
  }
}

/** An item of the project panel: a bin, a clip or a sequence. Its three faces are objects of their own, as in UXP. */
export class Item {
  readonly children: Item[] = [];
  readonly markers: Markers;
  readonly asProjectItem = new ProjectItemFace(this);
  readonly asFolder = new FolderFace(this);
  readonly asClip = new ClipFace(this);
  constructor(
    readonly locks: Locks,
    firstColor: number,
    readonly type: number,
    readonly name: string,
    readonly path = "",
    readonly media: Media | null = null,
    readonly isSequence = false,
  ) {
    this.markers = new Markers(locks, firstColor);
  }

  get isFolder(): boolean {
    return this.type === ITEM_TYPES.TYPE_BIN || this.type === ITEM_TYPES.TYPE_ROOT;
  }
}

export class ProjectItemFace implements Played {
  readonly [API] = "ProjectItem";
  constructor(readonly of: Item) {}
  get type(): number {
    return this.of.type;
  }
  get name(): string {
    return this.of.name;
  }
}

export class FolderFace implements Played {
  readonly [API] = "FolderItem";
  constructor(readonly of: Item) {}
  get name(): string {
    return this.of.name;
  }
  getItems = () => Promise.resolve(this.of.children.map((child) => child.asProjectItem));

  createBinAction(name: string): Action {
    const { locks, children } = this.of;
    return locks.action(() => {
      const bin = new Item(locks, 0, ITEM_TYPES.TYPE_BIN, name);
      children.push(bin);
      return () => children.splice(children.indexOf(bin), 1);
    });
  }

  createRemoveItemAction(item: ProjectItemFace): Action {
    const { locks, children } = this.of;
    return locks.action(() => {
      const index = children.indexOf(item.of);
      if (index < 0) throw new Error("This item is not in the folder.");
      children.splice(index, 1);
      return () => children.splice(index, 0, item.of);
    });
  }
}

export class ClipFace implements Played {
  readonly [API] = "ClipProjectItem";
  constructor(readonly of: Item) {}
  get name(): string {
    return this.of.name;
  }
  isSequence = () => Promise.resolve(this.of.isSequence);
  getMediaFilePath = () => Promise.resolve(this.of.path);
}

/** `cast` of the three static classes: null where an item has no such face. */
export class CastDoor implements Played {
  readonly [API]: string;
  constructor(
    api: string,
    private readonly face: (item: Item) => Played | null,
  ) {
    this[API] = api;
  }
  cast = (face: ProjectItemFace | FolderFace | ClipFace) => this.face(face.of);
}

export class ProjectItemDoor extends CastDoor {
  readonly TYPE_CLIP = ITEM_TYPES.TYPE_CLIP;
  readonly TYPE_BIN = ITEM_TYPES.TYPE_BIN;
  readonly TYPE_ROOT = ITEM_TYPES.TYPE_ROOT;
  constructor() {
    super("ProjectItemStatic", (item) => item.asProjectItem);
  }
}
