// What lies under the pointer, in words: a sign for a cut, a stretch of tempo, what the music was asked for.

import { type Edit, tempoAt } from "../../music/edit";
import { secondsOf } from "../../music/time";
import { capital, meetingInWords } from "../../music/words";
import { edit } from "../../state/session";
import type { Lane } from "./paint";
import { secondsAt, xOf } from "./scale";

const REACH = 8; // pixels from a sign

/** Give the lanes the hint for where the pointer is. */
export function showHint(event: PointerEvent, lanes: readonly Lane[]): void {
  const area = event.currentTarget as HTMLElement;
  const place = area.getBoundingClientRect();
  const [x, y] = [event.clientX - place.left, event.clientY - place.top];
  const lane = lanes.find((one) => y >= one.top && y < one.top + one.height);
  const words = lane && edit.value ? hintOf(edit.value, lane, x) : "";
  if (area.title !== words) area.title = words;
}

function hintOf({ plan, sections, clock }: Edit, lane: Lane, x: number): string {
  const seconds = secondsAt(x);
  if (lane.name === "music") return capital(sections.find((one) => one.start <= seconds && seconds < one.end)?.caption ?? "");
  if (plan === null) return "";
  if (lane.name === "tempo") return `${tempoAt(plan, seconds).toFixed(1)} beats a minute`;
  if (lane.name !== "beats") return "";
  const sign = [...plan.misses, ...plan.landings].find((one) => Math.abs(xOf(secondsOf(one.time)) - x) < REACH);
  return sign ? `${clock.timecode(secondsOf(sign.time))} ${capital(sign.label)}. ${meetingInWords(sign)}` : "";
}
