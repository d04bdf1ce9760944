// The bridge to the editing program in whose panel this page is shown: Premiere's webview, or Resolve's window.
// Messages are plain objects told apart by `vem`; adapters/premiere/src/messages.ts describes them field by field.
// In a plain browser there is no host: nothing is sent, and nothing is listened to.

import { effect, signal } from "@preact/signals";
import { shotAt } from "./music/edit";
import { open } from "./state/actions";
import * as session from "./state/session";

type ToPage =
  | { vem: "host"; program: string; sequence: string | null }
  | { vem: "edit"; path: string }
  | { vem: "playhead"; seconds: number }
  | { vem: "shot"; seconds: number }
  | { vem: "placed"; take: string; remarks: string[] }
  | { vem: "failed"; message: string; remedy: string };

interface Embedder {
  postMessage(message: unknown): void;
}

/** Name of the program around the page; null in a browser. */
export const program = signal<string | null>(null);

/** Shot that the program told of; going there would only tell it back. */
let told: number | null = null;

/** Premiere and our window in Resolve both put this object into the page. */
function embedder(): Embedder | null {
  return (window as { uxpHost?: Embedder }).uxpHost ?? null;
}

/** `name` is the program that the page's address names; null if it names none. */
export function connect(name: string | null): void {
  if (name === null || embedder() === null) return;
  program.value = name;
  window.addEventListener("message", (event: MessageEvent<ToPage>) => {
    const source: unknown = event.source;
    if (source !== embedder() && source !== window) return;
    if (typeof event.data === "object" && event.data !== null && "vem" in event.data) hear(event.data);
  });
  effect(() => {
    const shot = session.chosenShot.value;
    if (shot && shot.number !== told) tell({ vem: "seek", seconds: shot.start });
    told = null;
  });
  tell({ vem: "ready" });
}

function hear(message: ToPage): void {
  switch (message.vem) {
    case "host":
      program.value = message.program;
      return;
    case "edit":
      return void open(message.path);
    case "playhead":
      return session.player.playing.value ? undefined : session.player.seek(message.seconds);
    case "shot": {
      const shot = session.edit.value && shotAt(session.edit.value, message.seconds);
      told = shot?.number ?? null;
      if (shot) session.chosen.value = shot.number;
      return;
    }
    case "placed":
      session.said.value = ["The music is in the sequence.", ...(message.remarks ?? [])].join(" ");
      return;
    case "failed":
      session.trouble.value = { code: "host", message: message.message, where: program.value ?? "", remedy: message.remedy };
  }
}

function tell(message: { vem: string } & Record<string, unknown>): void {
  embedder()?.postMessage(message);
}

/** Ask for the sequence that is open in the program; it answers with `edit`. */
export function askForEdit(): void {
  tell({ vem: "export" });
}

/** Put what is heard into the sequence, with its markers for hits and bars. */
export function place(): void {
  const take = session.heard.value;
  if (take) tell({ vem: "place", take: take.take, mix: take.mix, name: take.name, markers: take.markers });
}
