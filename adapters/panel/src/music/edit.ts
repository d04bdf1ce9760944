// An edit as the panel shows it: shots with what their cuts landed on, and the plan they are laid over.

import type { FullTake, Landing, Miss, Plan, Section, Storyboard } from "../api/messages";
import { Clock, secondsOf } from "./time";

export interface Shot {
  number: number;
  name: string;
  kind: "picture" | "gap";
  /** Seconds from the first frame. */
  start: number;
  end: number;
  timecode: string;
  online: boolean;
  media: { path: string; start: number; speed: number; still: boolean } | null;
  /** How the cut into the shot met the beat; null where no beat was asked for. */
  cut: Landing | Miss | null;
}

export interface Edit {
  name: string;
  clock: Clock;
  duration: number;
  shots: Shot[];
  markers: { time: number; duration: number; name: string }[];
  plan: Plan | null;
  sections: Section[];
}

export function isMiss(met: Landing | Miss): met is Miss {
  return "reason" in met;
}

export function editOf(board: Storyboard, plan: Plan | null, sections: Section[] = []): Edit {
  const clock = new Clock(board);
  const met = new Map<number, Landing | Miss>();
  for (const one of [...(plan?.landings ?? []), ...(plan?.misses ?? [])]) if (one.shot !== null) met.set(one.shot, one);
  return {
    name: board.name,
    clock,
    duration: secondsOf(board.duration),
    shots: board.shots.map((shot) => {
      const start = secondsOf(shot.start);
      return {
        number: shot.number,
        name: shot.name,
        kind: shot.kind,
        start,
        end: start + secondsOf(shot.duration),
        timecode: shot.start_timecode,
        online: shot.online,
        media:
          shot.media_path === null || !shot.online
            ? null
            : {
                path: shot.media_path,
                start: secondsOf(shot.media_start ?? "0/1"),
                speed: secondsOf(shot.speed),
                still: shot.still,
              },
        cut: met.get(shot.number) ?? null,
      };
    }),
    markers: board.markers.map((marker) => ({
      time: secondsOf(marker.time),
      duration: secondsOf(marker.duration),
      name: marker.name || marker.comment,
    })),
    plan,
    sections,
  };
}

export function editOfTake(take: FullTake): Edit {
  return editOf(take.storyboard, take.plan, take.sections);
}

/** The shot seen at a time; times beyond the ends give the first or the last. */
export function shotAt(edit: Edit, seconds: number): Shot | undefined {
  let low = 0;
  let high = edit.shots.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edit.shots[middle] as Shot).start <= seconds + 1e-6) low = middle;
    else high = middle - 1;
  }
  return edit.shots[low];
}

/** Where a time falls in the bars: "bar 3, beat 2". */
export function placeAt(plan: Plan, seconds: number): string {
  const beat = Math.max(0, lastAtOrBefore(plan.beat_times, seconds + 1e-6));
  const bar = plan.bars.findLast((one) => one.beat <= beat);
  return bar ? `bar ${bar.number}, beat ${beat - bar.beat + 1}` : "";
}

/** Tempo at a time, beats a minute. */
export function tempoAt(plan: Plan, seconds: number): number {
  const segment = plan.tempo_map.findLast((one) => secondsOf(one.start) <= seconds + 1e-6);
  return segment?.bpm ?? plan.base_bpm;
}

function lastAtOrBefore(times: readonly number[], seconds: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
