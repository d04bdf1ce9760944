// Where a time lies on the screen. Every lane draws by this one scale, so that they can never disagree.

import { computed, signal } from "@preact/signals";
import { edit } from "../../state/session";

const CLOSEST = 480; // pixels a second

/** Width of the visible part, pixels. */
export const width = signal(600);
/** Left edge of the visible part, pixels from time 0. */
export const scroll = signal(0);
/** 1 shows the whole edit. */
export const zoom = signal(1);

export const duration = computed(() => Math.max(edit.value?.duration ?? 0, 0.1));
const fitting = computed(() => width.value / duration.value);
export const furthest = computed(() => Math.max(1, CLOSEST / fitting.value));
/** Pixels a second. */
export const scale = computed(() => fitting.value * Math.min(zoom.value, furthest.value));
export const whole = computed(() => duration.value * scale.value);

export function xOf(seconds: number): number {
  return seconds * scale.value - scroll.value;
}

export function secondsAt(x: number): number {
  return Math.min(duration.value, Math.max(0, (x + scroll.value) / scale.value));
}

/** Zoom by a factor and keep what is at `x` where it is. Returns the scroll position that this takes. */
export function zoomAround(x: number, factor: number): number {
  const seconds = secondsAt(x);
  zoom.value = Math.min(furthest.value, Math.max(1, zoom.value * factor));
  return Math.max(0, seconds * scale.value - x);
}
