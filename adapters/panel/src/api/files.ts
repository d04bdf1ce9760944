// Files of the user, through the gateway: parts of a sound by range, pictures whole, film by a ticket for one file.

import { call } from "./gateway";
import type { FolderListing } from "./messages";

interface Ticket {
  url: string;
  ends: number;
}

const tickets = new Map<string, Promise<Ticket>>();

/** A part of a file: bytes `first` to `last`, both included. */
export async function bytesOf(path: string, first: number, last: number, signal?: AbortSignal): Promise<ArrayBuffer> {
  const init: RequestInit = { headers: { Range: `bytes=${first}-${last}` } };
  if (signal) init.signal = signal;
  const reply = await call(`files?path=${encodeURIComponent(path)}`, init);
  return reply.arrayBuffer();
}

/** A picture, as an address that holds until it is let go with `URL.revokeObjectURL`. */
export async function pictureOf(path: string): Promise<string> {
  const reply = await call(`files?path=${encodeURIComponent(path)}`);
  return URL.createObjectURL(await reply.blob());
}

/** An address for `<video>`. Tickets run out, so addresses are renewed when asked for late. */
export async function addressOf(path: string): Promise<string> {
  const kept = await tickets.get(path)?.catch(() => undefined);
  if (kept && kept.ends > Date.now() + 30_000) return kept.url;
  const asked = drawTicket(path);
  tickets.set(path, asked);
  return (await asked).url;
}

async function drawTicket(path: string): Promise<Ticket> {
  const headers = { "Content-Type": "application/json" };
  const reply = await call("files/tickets", { method: "POST", headers, body: JSON.stringify({ path }) });
  const { url, seconds } = (await reply.json()) as { url: string; seconds: number };
  return { url, ends: Date.now() + seconds * 1000 };
}

/** Give the daemon a dropped file, whose path a browser does not tell. Returns its path there. */
export async function handOver(file: File): Promise<string> {
  const headers = { "Content-Type": "application/octet-stream" };
  const reply = await call(`edits?name=${encodeURIComponent(file.name)}`, { method: "POST", headers, body: file });
  return ((await reply.json()) as { path: string }).path;
}

export async function lookInto(folder: string | null): Promise<FolderListing> {
  const reply = await call(folder === null ? "folder" : `folder?path=${encodeURIComponent(folder)}`);
  return (await reply.json()) as FolderListing;
}
