// The bridge to the editing program in whose panel this page is shown. Messages are plain objects with a field `vem`.
//
//   host -> page   edit {path, name?}   scored {path}   playhead {seconds}   shot {number} or {seconds}
//                  placed {take}   failed {message, remedy}   host {program, version, sequence}
//   page -> host   ready   export   place {timeline, take, mix, markers}   seek {seconds}
//
// `markers` are {seconds, name, kind: "hit" | "downbeat"}. In a plain browser there is no host, and nothing is sent.

import { signal } from "@preact/signals";
import { secondsOf } from "./music/time";
import { shotAt } from "./music/edit";
import { open } from "./state/actions";
import * as session from "./state/session";

type ToPage =
  | { vem: "edit" | "scored"; path: string }
  | { vem: "playhead"; seconds: number }
  | { vem: "shot"; number?: number; seconds?: number }
  | { vem: "placed"; take: string }
  | { vem: "failed"; message: string; remedy?: string }
  | { vem: "host"; program: string };

interface Embedder {
  postMessage(message: unknown): void;
}

/** Name of the program around the page; null in a browser. */
export const program = signal<string | null>(null);

function embedder(): Embedder | null {
  const uxp = (window as { uxpHost?: Embedder }).uxpHost;
  if (uxp) return uxp;
  return window.parent === window ? null : { postMessage: (message) => window.parent.postMessage(message, "*") };
}

export function connect(name: string | null): void {
  if (name === null) return;
  program.value = name;
  window.addEventListener("message", (event: MessageEvent<ToPage>) => {
    const fromHost = event.source === window.parent || event.source === (window as { uxpHost?: unknown }).uxpHost;
    if (fromHost && typeof event.data === "object" && event.data !== null && "vem" in event.data) hear(event.data);
  });
  tell({ vem: "ready" });
}

function hear(message: ToPage): void {
  switch (message.vem) {
    case "edit":
    case "scored":
      return void open(message.path);
    case "playhead":
      return session.player.playing.value ? undefined : session.player.seek(message.seconds);
    case "shot":
      return choose(message);
    case "placed":
      session.said.value = "The music is in the sequence.";
      return;
    case "failed":
      session.trouble.value = { code: "host", message: message.message, where: program.value ?? "", remedy: message.remedy ?? "" };
      return;
    case "host":
      program.value = message.program;
  }
}

function choose({ number, seconds }: { number?: number; seconds?: number }): void {
  const edit = session.edit.value;
  const shot = number ?? (edit && seconds !== undefined ? shotAt(edit, seconds)?.number : undefined);
  if (shot !== undefined) session.chosen.value = shot;
}

function tell(message: { vem: string } & Record<string, unknown>): void {
  embedder()?.postMessage(message);
}

/** Ask for the sequence that is open in the program; it answers with `edit`. */
export function askForEdit(): void {
  tell({ vem: "export" });
}

/** Put what is heard into the sequence, with markers for hits and bars. */
export function place(): void {
  const take = session.heard.value;
  if (!take) return;
  const { plan } = take;
  const hits = plan.landings.filter((one) => one.kind === "hit" || one.kind === "drop" || one.kind === "stop");
  const bars = plan.bars.map((bar) => ({ seconds: plan.beat_times[bar.beat] ?? 0, name: `BAR ${bar.number}`, kind: "downbeat" }));
  const markers = [...hits.map((one) => ({ seconds: secondsOf(one.time), name: one.label, kind: "hit" })), ...bars];
  tell({ vem: "place", timeline: take.timeline, take: take.take, mix: take.mix, markers });
}
