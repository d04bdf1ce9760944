/**
 * What the page in the webview and the plug-in say to each other: plain JSON objects, told apart by `vem`.
 *
 * The page asks; the plug-in answers, with the page's `id` if it gave one, and tells of changes by itself. The page's
 * side is `adapters/panel/src/host.ts`. Every message from the page is checked here, field by field, before anything is
 * done with it.
 */

import { HostError } from "./errors";
import { ticksOf, type Time } from "./ticks";

/**
 * A marker as the page sends it, as in `scored_as_json`: `time` exact or else `seconds`; without a `color` a `kind`
 * "hit" is red and all else blue.
 */
export interface MarkMessage {
  readonly time: Time;
  readonly name: string;
  readonly color: string;
  readonly comment: string;
}

/** From the page. Paths are absolute; `take` is the take's id. */
export type Request =
  | { readonly vem: "ready" }
  | { readonly vem: "export" }
  | {
      readonly vem: "place";
      readonly take: string;
      readonly mix: string;
      readonly name: string;
      readonly markers: readonly MarkMessage[];
    }
  | { readonly vem: "mark"; readonly take: string; readonly markers: readonly MarkMessage[] }
  | { readonly vem: "marks" }
  | { readonly vem: "move_mark"; readonly key: string; readonly time: Time }
  | { readonly vem: "unmark" }
  | { readonly vem: "music" }
  | { readonly vem: "where" }
  | { readonly vem: "seek"; readonly time: Time }
  | { readonly vem: "tell"; readonly message: string };

/** To the page. Seconds count from the first frame of the sequence. */
export type Message =
  | {
      readonly vem: "host";
      readonly program: string;
      readonly export: string;
      readonly sequence: string | null;
    }
  | { readonly vem: "edit"; readonly path: string; readonly name: string; readonly way: string }
  | {
      readonly vem: "placed";
      readonly take: string;
      readonly replaced: boolean;
      readonly written: number;
      readonly remarks: readonly string[];
    }
  | { readonly vem: "marked"; readonly written: number }
  | { readonly vem: "marks"; readonly markers: readonly (MarkMessage & { readonly key: string })[] }
  | {
      readonly vem: "music";
      readonly music: { audio: string; take: string; start: string; duration: string } | null;
    }
  | {
      readonly vem: "where";
      readonly playhead: number;
      readonly shot: { readonly start: number; readonly end: number; readonly name: string } | null;
    }
  | { readonly vem: "playhead"; readonly seconds: number }
  | { readonly vem: "shot"; readonly seconds: number }
  | { readonly vem: "done" }
  | { readonly vem: "failed"; readonly kind: string; readonly message: string; readonly remedy: string };

/** Read a message of the page; throws a `HostError` that names the field at fault. */
export function requestOf(data: unknown): Request {
  const fields = record(data, "the message");
  switch (fields["vem"]) {
    case "ready":
    case "export":
    case "marks":
    case "unmark":
    case "music":
    case "where":
      return { vem: fields["vem"] };
    case "place": {
      const [take, mix] = [text(fields, "take"), text(fields, "mix")];
      const name = fields["name"] === undefined ? "VEM Music" : text(fields, "name");
      return { vem: "place", take, mix, name, markers: marks(fields["markers"] ?? []) };
    }
    case "mark":
      return { vem: "mark", take: text(fields, "take"), markers: marks(fields["markers"]) };
    case "move_mark":
      return { vem: "move_mark", key: text(fields, "key"), time: time(fields) };
    case "seek":
      return { vem: "seek", time: time(fields) };
    case "tell":
      return { vem: "tell", message: text(fields, "message") };
    default:
      throw malformed(`"vem": ${JSON.stringify(fields["vem"])}`);
  }
}

/** The page's id of a message, if it gave one. */
export function idOf(data: unknown): string | undefined {
  const id = typeof data === "object" && data !== null ? (data as Record<string, unknown>)["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

function marks(value: unknown): MarkMessage[] {
  if (!Array.isArray(value)) throw malformed('"markers"');
  return value.map((entry: unknown) => {
    const fields = record(entry, "a marker");
    const ofKind = fields["kind"] === "hit" ? "RED" : "BLUE";
    const color = fields["color"] === undefined ? ofKind : text(fields, "color");
    const comment = fields["comment"] === undefined ? "" : text(fields, "comment");
    return { time: time(fields), name: text(fields, "name"), color, comment };
  });
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(what);
  return value as Record<string, unknown>;
}

function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw malformed(`"${name}"`);
  return value;
}

function time(fields: Record<string, unknown>): Time {
  const value = fields["time"] ?? fields["seconds"];
  if (typeof value !== "string" && typeof value !== "number") throw malformed('"time"');
  try {
    ticksOf(value);
  } catch {
    throw malformed('"time"');
  }
  return value;
}

function malformed(what: string): HostError {
  return new HostError("HostRefused", `The panel sent something unknown: ${what}.`, "Update VEM Music.");
}
