/**
 * A double of Premiere: what `require("premierepro")` gives, over a project in memory.
 *
 * It plays what this plug-in uses, by the rules that Adobe documents and the facts file collects: locks and
 * transactions, colours in a second step, imports that give no items, inserts that shift. Where nobody tells, it plays
 * both answers (`Rules`). It is no Premiere: what only the program can show is listed in README.md.
 */

import type { premierepro } from "@adobe/premierepro";

import { API, enumerations, Guard, refusing, type Played } from "./guard";
import { dialectOf } from "./otio_dialect";
import { CastDoor, Item, ITEM_TYPES, ProjectItemDoor, ProjectItemFace, type ClipFace, type Media } from "./project";
import { SequenceEditorDoor, TrackItemSelectionDoor } from "./editor";
import { Sequence, type Rules } from "./sequence";
import { TickTimeDoor } from "./time";
import type { ItemState, Kind } from "./tracks";
import { Locks } from "./transactions";

/** The machine around the program. */
export interface Surroundings {
  /** What a media file holds; null if there is no such file. */
  probe(path: string): Media | null;
  write(path: string, text: string): Promise<void>;
}

export interface Choices extends Partial<Rules> {
  /** 25.6, 26.2 or 26.3. */
  readonly version?: number;
  /** Where the project file lies; empty if it was never saved. */
  readonly projectPath?: string;
  readonly surroundings?: Surroundings;
  /** What the export of OpenTimelineIO does, and that of Final Cut XML. */
  readonly otioExport?: Exporting;
  readonly xmlExport?: Exporting;
}

/** To write the file; to say so without writing; to say no; to throw. */
type Exporting = "writes" | "writes nothing" | "refuses" | "throws";

const NOWHERE: Surroundings = { probe: () => null, write: () => Promise.resolve() };

class Project implements Played {
  readonly [API] = "Project";
  readonly name = "Film.prproj";
  active: Sequence | null = null;
  constructor(
    readonly root: Item,
    private readonly locks: Locks,
    private readonly surroundings: Surroundings,
    private readonly firstColor: number,
    readonly path: string,
  ) {}

  getActiveSequence = () => Promise.resolve(this.active);
  getRootItem = () => Promise.resolve(this.root.asFolder);
  lockedAccess = (callback: () => void) => this.locks.lockedAccess(callback);
  executeTransaction = (callback: Parameters<Locks["executeTransaction"]>[0], text?: string) =>
    this.locks.executeTransaction(callback, text);

  /** True, or false if one of the files is not there; the items are to be found in the bin. */
  importFiles(paths: string[], _quiet?: boolean, bin?: ProjectItemFace): Promise<boolean> {
    const media = paths.map((path) => this.surroundings.probe(path));
    if (media.some((held) => held === null)) return Promise.resolve(false);
    paths.forEach((path, index) => this.addFile(path, media[index]!, bin?.of ?? this.root));
    return Promise.resolve(true);
  }

  addFile(path: string, media: Media, bin: Item): Item {
    const name = path.split(/[\\/]/).at(-1)!;
    const item = new Item(this.locks, this.firstColor, ITEM_TYPES.TYPE_CLIP, name, path, media);
    bin.children.push(item);
    return item;
  }
}

/** A running Premiere. `ppro` is what a plug-in sees; the rest is what an editor does by hand, and what a test looks at. */
export class PremiereDouble {
  readonly ppro: premierepro;
  readonly locks: Locks;
  readonly project: Project;
  readonly colors: Record<string, number>;
  private readonly itemTypes: Record<string, number>;
  private readonly displays: Record<string, number>;
  private readonly rules: Rules;

  constructor(choices: Choices = {}) {
    const version = choices.version ?? 26.3;
    const surroundings = choices.surroundings ?? NOWHERE;
    const constants = enumerations();
    this.colors = constants["MarkerColor"]!;
    this.itemTypes = constants["TrackItemType"]!;
    this.displays = constants["VideoDisplayFormatType"]!;
    this.rules = {
      newTrackAt: choices.newTrackAt ?? "n",
      soundShiftsPicture: choices.soundShiftsPicture ?? false,
    };
    this.locks = new Locks(version >= 26.3);
    const root = new Item(this.locks, 0, ITEM_TYPES.TYPE_ROOT, "");
    const path = choices.projectPath ?? "/Films/Film.prproj";
    this.project = new Project(root, this.locks, surroundings, this.colors["GREEN"]!, path);
    this.ppro = this.doors(new Guard(version), version, constants, this.converter(choices, surroundings));
  }

  /** A new sequence, which becomes the active one. `zeroPoint` and rate in ticks. */
  openSequence(name: string, ticksPerFrame: bigint, { zeroPoint = 0n, display = "FPS_29_97_NON_DROP" } = {}): Sequence {
    const green = this.colors["GREEN"]!;
    const shown = this.displays[display]!;
    const made = new Sequence(this.locks, this.rules, name, ticksPerFrame, zeroPoint, shown, this.itemTypes, green);
    this.project.active = made;
    return made;
  }

  /** What an editor has laid down: tracks are added as needed. Gives the clip. */
  lay(kind: Kind, track: number, start: bigint, end: bigint, more: Partial<ItemState> = {}): void {
    const sequence = this.project.active!;
    while (sequence.tracks(kind).length <= track) sequence.addTrack(kind);
    const state = { name: "clip", inPoint: 0n, source: null, speed: 1, disabled: false, adjustment: false, ...more };
    sequence.tracks(kind)[track]!.put({ ...state, start, end });
  }

  /** A media file that is in the project already. */
  file(path: string, media: Media): Item {
    return this.project.addFile(path, media, this.project.root);
  }

  /** A marker that the editor has set. */
  mark(name: string, start: bigint, { color = "GREEN", comment = "", duration = 0n } = {}): void {
    const { markers } = this.project.active!;
    this.locks.lockedAccess(() => {
      this.locks.executeTransaction((together) => {
        const at = new TickTimeDoor().createWithTicks(start.toString());
        const lasts = new TickTimeDoor().createWithTicks(duration.toString());
        together.addAction(markers.createAddMarkerAction(name, "Comment", at, lasts, comment));
      }, "editor");
    });
    markers.list.at(-1)!.color = this.colors[color]!;
  }

  private converter({ otioExport = "writes", xmlExport = "writes" }: Choices, { write }: Surroundings): Played {
    const colors = Object.values(this.colors);
    return {
      [API]: "ProjectConverterStatic",
      exportAsOpenTimelineIO: (sequence: Sequence, path: string) =>
        exported(otioExport, () => write(path, dialectOf(sequence, colors))),
      exportAsFinalCutProXML: (_sequence: Sequence, path: string) =>
        exported(xmlExport, () => write(path, '<?xml version="1.0"?><!DOCTYPE xmeml><xmeml version="4"/>')),
    } as Played;
  }

  private doors(
    guard: Guard,
    version: number,
    constants: Record<string, Record<string, number>>,
    converter: Played,
  ): premierepro {
    const doors: Played[] = [
      { [API]: "ProjectStatic", getActiveProject: () => Promise.resolve(this.project) } as Played,
      { [API]: "MarkersStatic", getMarkers: (owner: Sequence | ClipFace) => Promise.resolve(markersOf(owner)) } as Played,
      { [API]: "MarkerStatic", MARKER_TYPE_COMMENT: "Comment", MARKER_TYPE_CHAPTER: "Chapter" } as Played,
      new TickTimeDoor(),
      new SequenceEditorDoor(),
      new TrackItemSelectionDoor(),
      new ProjectItemDoor(),
      new CastDoor("FolderItemStatic", (item) => (item.isFolder ? item.asFolder : null)),
      new CastDoor("ClipProjectItemStatic", (item) => (item.isFolder ? null : item.asClip)),
      converter,
    ];
    const program: Record<string, unknown> = { Constants: constants };
    for (const door of doors) program[door[API].replace("Static", "")] = guard.out(door);
    if (version < 26.2) program["ProjectConverter"] = undefined;
    return refusing("premierepro", program) as unknown as premierepro;
  }
}

async function exported(how: Exporting, write: () => Promise<void>): Promise<boolean> {
  if (how === "throws") throw new Error("Export failed.");
  if (how === "writes") await write();
  return how !== "refuses";
}

function markersOf(owner: Sequence | ClipFace): unknown {
  return owner instanceof Sequence ? owner.markers : owner.of.markers;
}
