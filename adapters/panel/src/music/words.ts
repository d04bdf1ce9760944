// What the figures say, in plain words.

import type { Change, Landing, ListedTake, Miss, Plan } from "../api/messages";
import type { Shot } from "./edit";
import { isMiss } from "./edit";

const CUTS = new Set(["cut", "dissolve"]);

export interface SyncWords {
  /** "20 of 21 cuts are on the beat." */
  headline: string;
  /** "This one is not:" and the like; empty if all are. */
  but: string;
  misses: Miss[];
  met: number;
  of: number;
  /** How the cuts that met are spread over the grid. */
  spread: { downbeat: number; beat: number; between: number };
  hits: string;
}

export function syncInWords(plan: Plan): SyncWords {
  const landed = plan.landings.filter((one) => CUTS.has(one.kind));
  const missed = plan.misses.filter((one) => CUTS.has(one.kind));
  const of = landed.length + missed.length;
  const count = (on: string) => landed.filter((one) => one.on === on).length;
  const marked = (kinds: readonly { kind: string }[]) => kinds.filter((one) => !CUTS.has(one.kind) && one.kind !== "end");
  const hits = marked(plan.landings).length;
  const lost = marked(plan.misses).length;
  return {
    headline: of === 0 ? "This edit has no cuts." : `${landed.length} of ${of} cuts ${landed.length === 1 ? "is" : "are"} on the beat.`,
    but: missed.length === 0 ? "" : missed.length === 1 ? "This one is not:" : `These ${numberInWords(missed.length)} are not:`,
    misses: plan.misses,
    met: landed.length,
    of,
    spread: { downbeat: count("downbeat"), beat: count("beat"), between: count("off-beat") },
    hits: hits + lost === 0 ? "" : lost === 0 ? `${hits === 1 ? "The marked hit is" : `All ${hits} marked hits are`} met.` : `${hits} of ${hits + lost} marked hits are met.`,
  };
}

function numberInWords(count: number): string {
  return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][count] ?? String(count);
}

/** How the cut into a shot met the beat. */
export function cutInWords(shot: Shot): string {
  if (shot.cut === null) return shot.number === 1 ? "The music begins here." : "No beat was asked for here.";
  return meetingInWords(shot.cut);
}

/** How a cut or a hit met the beat, or why it did not. */
export function meetingInWords(one: Landing | Miss): string {
  if (isMiss(one)) return `Off the beat by ${Math.round(Math.abs(one.offset_ms))} ms: ${one.reason}.`;
  const how = { downbeat: "first beat of the bar", beat: "on the beat", "off-beat": "between two beats" }[one.on];
  return `${capital(one.place)}, ${how}.`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "v02" of "rush_hour_v02". */
export function versionOf(name: string): string {
  return /_(v\d+)$/.exec(name)?.[1] ?? name;
}

/** How a take came about. */
export function originInWords(take: Pick<ListedTake, "change" | "from" | "style" | "seed">): string {
  const { change } = take;
  if (change === null) return `${capital(take.style)}, seed ${take.seed}`;
  return `${shotsInWords(change)} of ${versionOf(take.from)}${change.words ? `: ${change.words}` : " anew"}`;
}

function shotsInWords(change: Change): string {
  if (change.how === "reconformed") return "The music";
  const first = Math.min(...change.shots);
  const last = Math.max(...change.shots);
  return first === last ? `Shot ${first}` : `Shots ${first} to ${last}`;
}

/** "Drums, bass and melody". */
export function listInWords(words: readonly string[]): string {
  if (words.length < 2) return capital(words.join(""));
  return capital(`${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
}

const STAGES: Record<string, string> = {
  read: "Reading the edit",
  look: "Looking at the pictures",
  plan: "Fitting the beat to the cuts",
  compose: "Writing the music",
  play: "Playing it",
  write: "Writing it back",
};

export function stageInWords(stage: string): string {
  return STAGES[stage] ?? (stage ? capital(stage) : "Starting");
}
