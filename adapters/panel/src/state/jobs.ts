// Jobs that people wait for: scoring and re-scoring, whoever asked for them.

import { computed, signal } from "@preact/signals";
import { jobs } from "../api/gateway";
import type { JobState } from "../api/messages";

/** Kinds whose progress is shown. */
export const WAITED_FOR: ReadonlySet<string> = new Set(["score", "rescore", "reconform"]);

/** Ends of jobs that were looked at and put away. */
export const dismissed = signal<ReadonlySet<string>>(new Set());
const begun = Date.now() / 1000;

export const running = computed(() =>
  [...jobs.value.values()]
    .filter((job) => WAITED_FOR.has(job.kind) && (job.state === "queued" || job.state === "running"))
    .sort((a, b) => a.created - b.created),
);

/** Jobs that failed since the panel was opened. */
export const failed = computed(() =>
  [...jobs.value.values()].filter(
    (job) => WAITED_FOR.has(job.kind) && job.state === "failed" && (job.ended ?? 0) >= begun && !dismissed.value.has(job.id),
  ),
);

export const isScoring = computed(() => running.value.some((job) => job.kind === "score"));

/** Shots that this panel is having scored anew, by job. */
export const askedShots = signal<ReadonlyMap<string, number>>(new Map());
export const shotsAtWork = computed(() => {
  const going = new Set(running.value.map((job) => job.id));
  return new Set([...askedShots.value].filter(([job]) => going.has(job)).map(([, shot]) => shot));
});

export function remember(job: JobState, shot: number): void {
  askedShots.value = new Map(askedShots.value).set(job.id, shot);
}

export function dismiss(id: string): void {
  dismissed.value = new Set(dismissed.value).add(id);
}
