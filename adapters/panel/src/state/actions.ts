// What a person can do. Each action asks the daemon and returns; what the finished job means for the panel is settled
// in one place (`settle`), so that a second panel on the same edit, or a job that outlived a restart, ends the same.

import { batch } from "@preact/signals";
import { pictureOf } from "../api/files";
import { ask, have, isReading, onJob, Trouble, troubleOf } from "../api/gateway";
import type {
  FullTake, JobState, ListedTake, PeaksResult, Plan, ScoreWishes, Storyboard, ThumbnailsResult, Work,
} from "../api/messages";
import { editOf } from "../music/edit";
import { versionOf } from "../music/words";
import { WAITED_FOR, remember } from "./jobs";
import * as session from "./session";

const COLUMNS = 4096; // of a waveform
const AT_ONCE = 6; // pictures that are fetched
const PICTURE_WIDTH = 320; // pixels

/** Do something; what goes wrong is told. A job that people wait for tells it where its progress stood. */
async function attempt<Result>(what: () => Promise<Result>): Promise<Result | null> {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof Trouble && error.job && WAITED_FOR.has(error.job.kind))) session.trouble.value = troubleOf(error);
    return null;
  }
}

/** Open a scored timeline with its takes, or an edit that has none. */
export async function open(path: string): Promise<void> {
  session.closeEdit();
  batch(() => {
    session.path.value = path;
    session.opening.value = true;
  });
  const still = () => session.path.value === path;
  try {
    if (!(await refresh(path))) await readEdit(path);
    if (still()) session.tab.value = session.isScored() ? "shots" : "brief";
  } catch (error) {
    if (still()) batch(() => {
      session.trouble.value = troubleOf(error);
      session.path.value = null;
    });
  } finally {
    session.opening.value = false;
  }
  if (still()) void showPictures(path);
}

async function readEdit(path: string): Promise<void> {
  const board = await have<Storyboard>({ kind: "inspect", edit: path });
  if (session.path.value !== path || board === null) return;
  session.board.value = board;
  session.player.duration = session.edit.value?.duration ?? 0;
}

/** Read the takes of a scored timeline anew. False if it holds no music of ours. */
async function refresh(path: string, compareWith?: string): Promise<boolean> {
  const list = await have<{ takes: ListedTake[] }>({ kind: "takes", edit: path, action: "list" }).catch((error: unknown) => {
    if (troubleOf(error).code.startsWith("settings")) return null;
    throw error;
  });
  const holding = list?.takes.find((take) => take.held);
  if (!list || !holding) return false;
  const full = await readTake(path, holding.take, true);
  if (full === null || session.path.value !== path) return true;
  batch(() => {
    session.takes.value = list.takes;
    session.board.value = full.storyboard;
    session.draft.value = null;
    session.player.duration = session.edit.value?.duration ?? 0;
    if (compareWith && compareWith !== holding.take) setSides(compareWith, holding.take, "B");
    else setSides(holding.take, null, "A");
  });
  session.player.duration = session.edit.value?.duration ?? 0;
  return true;
}

function setSides(a: string, b: string | null, side: session.Side): void {
  session.sides.value = { A: a, B: b };
  session.side.value = side;
}

async function readTake(path: string, take: string, anew = false): Promise<FullTake | null> {
  const kept = session.known.value.get(take);
  if (kept && !anew) return kept;
  const full = await have<FullTake>({ kind: "takes", edit: path, action: "show", take });
  if (full && session.path.value === path) session.known.value = new Map(session.known.value).set(take, full);
  return full;
}

/** Put a take on one side of the comparison. */
export async function compare(take: string, side: session.Side): Promise<void> {
  const path = session.path.value;
  if (path === null) return;
  await attempt(() => readTake(path, take));
  const sides = { ...session.sides.value, [side]: take };
  session.sides.value = sides.A === sides.B ? { A: take, B: null } : sides;
  session.side.value = sides.A === sides.B ? "A" : side;
}

export function listenTo(side: session.Side): void {
  if (session.sides.value[side] !== null) session.side.value = side;
}

/** Beats of an edit without music. They are written beside it, as `vem plan` does. */
export async function planBeats(style?: string): Promise<void> {
  const path = session.path.value;
  const board = session.board.value;
  if (path === null || board === null) return;
  const plan = await attempt(() => have<Plan>({ kind: "plan", edit: path, ...(style ? { style } : {}) }));
  if (plan && session.path.value === path) session.draft.value = editOf(board, plan);
}

export async function score(wishes: ScoreWishes): Promise<void> {
  const path = session.heard.value?.edit ?? session.path.value;
  if (path !== null) await attempt(() => have({ kind: "score", edit: path, ...wishes }));
}

export interface ShotWishes {
  brief?: string;
  style?: string;
  energy?: number;
}

export async function rescore(shot: number, wishes: ShotWishes): Promise<void> {
  await onEdit((edit) => ({ kind: "rescore", edit, shots: [shot], ...wishes }), (job) => remember(job, shot));
}

export async function undo(): Promise<void> {
  await onEdit((edit) => ({ kind: "takes", edit, action: "undo" }));
}

export async function pick(take: string): Promise<void> {
  await onEdit((edit) => ({ kind: "takes", edit, action: "pick", take }));
}

export async function throwAway(take: string): Promise<void> {
  await onEdit((edit) => ({ kind: "takes", edit, action: "delete", take }));
}

export async function setLock(shot: number, locked: boolean): Promise<void> {
  await onEdit((edit) => ({ kind: "lock", edit, shots: [shot], locked }));
}

async function onEdit(work: (edit: string) => Work, began?: (job: JobState) => void): Promise<void> {
  const path = session.path.value;
  if (path !== null) await attempt(() => have(work(path), began));
}

// --- what finished jobs mean ----------------------------------------------------------------------------------------

/** Follow the jobs of the edit that is open, whoever asked for them. */
export function followJobs(): void {
  const begun = Date.now() / 1000 - 5;
  onJob((job) => {
    const ours = job.edit === session.path.value || job.edit === session.heard.value?.edit;
    if (job.state === "done" && ours && (job.ended ?? begun) >= begun) void attempt(() => settle(job));
  });
}

/** Jobs whose results were taken over; a job's last state may come twice. */
const settled = new Set<string>();

async function settle(job: JobState): Promise<void> {
  if (settled.has(job.id) || isReading(job)) return;
  settled.add(job.id);
  if (job.kind === "score" || job.kind === "rescore" || job.kind === "reconform") await takeOver(job);
  else if (job.kind === "takes" || job.kind === "lock") await settleTakes(job.edit);
}

/** New music: open the timeline that holds it. After a re-score, what was before stays beside it to compare. */
async function takeOver(job: JobState): Promise<void> {
  interface Done { timeline: string; takes?: Done[] }
  const result = (await ask<{ job: JobState }>({ kind: "job", job: job.id })).job.result as Done | null;
  const timeline = (result?.takes?.[0] ?? result)?.timeline;
  if (timeline === undefined) return;
  const before = session.held.value?.take;
  session.path.value = timeline;
  await refresh(timeline, job.kind === "rescore" ? before : undefined);
  if (job.kind === "score") session.tab.value = "shots";
  session.said.value = `${versionOf(session.held.value?.name ?? "")} is in the timeline.`;
}

/** Locks, picks and undos change nothing on disk but the timeline or a record: read both anew. */
async function settleTakes(path: string): Promise<void> {
  if (session.path.value !== path) return;
  const before = session.held.value?.take;
  const list = await have<{ takes: ListedTake[] }>({ kind: "takes", edit: path, action: "list" });
  const now = list?.takes.find((take) => take.held);
  if (!list || !now) return;
  await readTake(path, now.take, true);
  if (session.path.value !== path) return;
  const isGone = (id: string | null) => id !== null && !list.takes.some((take) => take.take === id);
  batch(() => {
    session.takes.value = list.takes;
    if (now.take !== before || isGone(session.sides.value.A) || isGone(session.sides.value.B)) setSides(now.take, null, "A");
  });
  if (now.take !== before) session.said.value = `${versionOf(now.name)} is in the timeline.`;
}

// --- pictures and waveforms -----------------------------------------------------------------------------------------

/** Thumbnails of the edit itself; of the scored timeline if the edit is not there any more. */
async function showPictures(path: string): Promise<void> {
  const look = (edit: string) => have<ThumbnailsResult>({ kind: "thumbnails", edit, width: PICTURE_WIDTH }).catch(() => null);
  const original = session.heard.value?.edit;
  const found = (original ? await look(original) : null) ?? (await look(path));
  const wanted = (found?.thumbnails ?? []).filter((one) => one.path !== null);
  const fetchNext = async (): Promise<void> => {
    for (let one = wanted.shift(); one && session.path.value !== null; one = wanted.shift()) {
      const address = await pictureOf(one.path as string).catch(() => null);
      if (address) session.pictures.value = new Map(session.pictures.value).set(one.shot, address);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
}

const asked = new Set<string>();

/** Have the waveform of a sound file made, once. */
export async function showPeaks(file: string): Promise<void> {
  if (asked.has(file)) return;
  asked.add(file);
  const found = await have<PeaksResult>({ kind: "peaks", edit: file, columns: COLUMNS }).catch(() => null);
  if (found === null) asked.delete(file);
  else session.peaks.value = new Map(session.peaks.value).set(file, found);
}
