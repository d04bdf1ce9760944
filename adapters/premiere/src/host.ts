/**
 * Premiere as a host: the operations of `vem_adapters.host.Host`, in its words and with its times.
 *
 * Times go in and come out as exact fractions of a second from the first frame ("1001/24000").
 */

import type { premierepro } from "@adobe/premierepro";

import { HostError } from "./errors";
import { exportEdit, exportWays, type Exported } from "./export";
import { below, type Files } from "./files";
import { moveMark, ownMarks, removeMarks, writeMarks, type Mark } from "./markers";
import { heldMusic, placeMusic, type Music, type Placed } from "./music";
import { MUSIC_NAME } from "./names";
import { folderOf } from "./project_items";
import { openSequence, ticksIn, tickTime, type OpenSequence, type TrackItem } from "./sequence";
import { exactSeconds, rateOf, ticksOf, toFrame, type Time } from "./ticks";

/** The open sequence: its clock as "24000/1001" frames a second, first frame and length in frames. */
export interface OpenTimeline {
  readonly name: string;
  readonly project: string;
  readonly rate: string;
  readonly dropFrame: boolean;
  readonly startFrame: number;
  readonly frames: number;
}

/** Where the editor is: the playhead, and start and end of the chosen item; null where none is chosen. */
export interface Selection {
  readonly playhead: string;
  readonly shot: { readonly start: string; readonly end: string; readonly name: string } | null;
}

/** Whoever shows a text to the editor. */
export type Tell = (text: string) => void;

export class PremiereHost {
  constructor(
    private readonly ppro: premierepro,
    private readonly files: Files,
    private readonly version: string,
    private readonly show: Tell,
  ) {}

  get name(): string {
    return `Adobe Premiere ${this.version}`;
  }

  async timeline(): Promise<OpenTimeline> {
    const open = await this.open();
    const { sequence, ticksPerFrame } = open;
    const [zero, end] = [ticksIn(await sequence.getZeroPoint()), ticksIn(await sequence.getEndTime())];
    return {
      name: sequence.name,
      project: open.project.name,
      rate: rateOf(ticksPerFrame),
      dropFrame: await countsDropFrame(open),
      startFrame: Number(zero / ticksPerFrame),
      frames: Number((end + ticksPerFrame - 1n) / ticksPerFrame),
    };
  }

  /** Write the edit into a folder: by default "VEM Music" beside the project, where the music will lie too. */
  async export(folder?: string): Promise<Exported> {
    const open = await this.open();
    return exportEdit(open, this.files, folder ?? below(folderOf(open.project), MUSIC_NAME));
  }

  async music(): Promise<{ audio: string; take: string; start: string; duration: string } | null> {
    const held = await heldMusic(await this.open());
    if (!held) return null;
    const { path, id, start, duration } = held;
    return { audio: path, take: id, start: exactSeconds(start), duration: exactSeconds(duration) };
  }

  async place(music: Music): Promise<Placed> {
    const open = await this.open();
    if (!(await this.files.exists(music.path))) {
      throw new HostError("HostRefused", "The music is not there.", "Score the edit again.", music.path);
    }
    return placeMusic(open, music);
  }

  async markers(): Promise<{ key: string; time: string; name: string; color: string; comment: string }[]> {
    const marks = await ownMarks(await this.open());
    return marks.map((mark) => ({ ...mark, time: exactSeconds(mark.time) }));
  }

  async writeMarkers(marks: readonly Mark[], take: string): Promise<number> {
    return writeMarks(await this.open(), marks, take);
  }

  async moveMarker(key: string, time: Time): Promise<void> {
    await moveMark(await this.open(), key, time);
  }

  async removeMarkers(): Promise<number> {
    return removeMarks(await this.open());
  }

  async selection(): Promise<Selection> {
    const { sequence } = await this.open();
    const playhead = exactSeconds(ticksIn(await sequence.getPlayerPosition()));
    const chosen = await (await sequence.getSelection())?.getTrackItems();
    return { playhead, shot: chosen?.[0] ? await spanOf(chosen[0]) : null };
  }

  async seek(time: Time): Promise<void> {
    const { ppro, sequence, ticksPerFrame } = await this.open();
    await sequence.setPlayerPosition(tickTime(ppro, toFrame(ticksOf(time), ticksPerFrame)));
  }

  tell(text: string): void {
    this.show(text);
  }

  /** How this program's edits are exported, at best. */
  get exportWay(): string {
    return exportWays({ ppro: this.ppro })[0]!;
  }

  private open(): Promise<OpenSequence> {
    return openSequence(this.ppro);
  }
}

async function spanOf(item: TrackItem): Promise<{ start: string; end: string; name: string }> {
  const [start, end] = [ticksIn(await item.getStartTime()), ticksIn(await item.getEndTime())];
  return { start: exactSeconds(start), end: exactSeconds(end), name: await item.getName() };
}

/** Drop-frame counting is a display of 29.97 that is not the one called "non drop". */
async function countsDropFrame({ ppro, sequence, ticksPerFrame }: OpenSequence): Promise<boolean> {
  if (rateOf(ticksPerFrame) !== "30000/1001") return false;
  const display = await sequence.getSequenceVideoTimeDisplayFormat();
  return display.type === ppro.Constants.VideoDisplayFormatType.FPS_29_97;
}
