// The way to the daemon: requests by HTTP, events by WebSocket, both on the page's own origin and nowhere else.
// A connection that breaks is made anew for as long as the page is open; a job's key makes asking twice harmless.

import { signal } from "@preact/signals";
import type { DaemonEvent, DaemonState, JobState, Problem, Work } from "./messages";

export type Link = "connecting" | "open" | "away" | "refused";

const TOKEN_KEY = "vem-token";
const LONGEST_WAIT = 5000; // ms between two attempts
const LOOK = "look-";
const LOOKS = new Set<string>(["inspect", "plan", "thumbnails", "peaks", "measure"]);
const ENDED = new Set(["done", "failed", "cancelled"]);

/** An error that tells people what to do. */
export class Trouble extends Error {
  /** `job` is the one that failed; none if the request was not even taken. */
  constructor(readonly problem: Problem, readonly job: JobState | null = null) {
    super(problem.message);
  }
}

export const link = signal<Link>("connecting");
export const daemon = signal<DaemonState | null>(null);
export const jobs = signal<ReadonlyMap<string, JobState>>(new Map());

type Listener = (job: JobState) => void;
const listeners = new Set<Listener>();
let token = "";

/** Take the token, or the one-time code for it, out of the address; what was kept serves a reload. */
export async function admit(fragment: URLSearchParams): Promise<void> {
  const code = fragment.get("code");
  token = fragment.get("token") ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
  if (code !== null) {
    const reply = await fetch("/api/v1/token", post({ code })).catch(() => null);
    if (reply?.ok) token = ((await reply.json()) as { token: string }).token;
  }
  if (token) sessionStorage.setItem(TOKEN_KEY, token);
}

/** Hear of every job that moves. Returns what ends the hearing. */
export function onJob(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keep the stream of events open. */
export function listen(wait = 250): void {
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/events`);
  let opened = false;
  socket.onopen = () => socket.send(JSON.stringify({ token }));
  socket.onmessage = (message) => {
    opened = true;
    link.value = "open";
    hear(JSON.parse(message.data as string) as DaemonEvent);
  };
  socket.onclose = (close) => {
    link.value = close.code === 4401 ? "refused" : "away";
    const next = opened ? 250 : Math.min(wait * 1.6, LONGEST_WAIT);
    setTimeout(() => listen(next), link.value === "refused" ? LONGEST_WAIT : wait);
  };
}

function hear(event: DaemonEvent): void {
  if (event.kind === "daemon_event") daemon.value = event.daemon;
  if (event.kind === "job_event") note(event.job);
}

function note(job: JobState): void {
  const known = jobs.value.get(job.id);
  if (known && ENDED.has(known.state) && !ENDED.has(job.state)) return;
  jobs.value = new Map(jobs.value).set(job.id, job);
  for (const listener of [...listeners]) listener(job);
}

function post(body: object): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Call the gateway; what it refuses becomes a `Trouble`. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token}`);
  let reply: Response;
  try {
    reply = await fetch(`/api/v1/${path}`, { ...init, headers });
  } catch {
    throw new Trouble({ code: "unreachable", message: "The music service does not answer.", where: "", remedy: "" });
  }
  if (!reply.ok) throw new Trouble(await problemOf(reply));
  return reply;
}

async function problemOf(reply: Response): Promise<Problem> {
  const told = (await reply.json().catch(() => ({}))) as Partial<Problem> & { error?: Problem };
  const problem = told.error ?? told;
  if (reply.status === 401) link.value = "refused";
  return {
    code: problem.code ?? `http_${reply.status}`,
    message: problem.message ?? `The music service answered ${reply.status}.`,
    where: problem.where ?? "",
    remedy: problem.remedy ?? "",
  };
}

/** Ask something that is answered at once. */
export async function ask<Reply>(message: { kind: string } & Record<string, unknown>): Promise<Reply> {
  const reply = await call("requests", post({ id: crypto.randomUUID(), ...message }));
  return (await reply.json()) as Reply;
}

/** A job that only looks at something; its key tells every panel that nothing has changed by it. */
export function isReading(job: JobState): boolean {
  return job.key.startsWith(LOOK) || LOOKS.has(job.kind);
}

function isLook(work: Work): boolean {
  return LOOKS.has(work.kind) || (work.kind === "takes" && (work.action === "list" || work.action === "show"));
}

/**
 * Have a job done and wait for its end, through any loss of connection.
 * `began` hears of the job as soon as the daemon has it. Throws a `Trouble` if it fails; null if it was cancelled.
 */
export async function have<Result>(work: Work, began?: (job: JobState) => void): Promise<Result | null> {
  const key = `${isLook(work) ? LOOK : ""}${crypto.randomUUID()}`;
  const { job } = await persistently(() => ask<{ job: JobState }>({ key, ...work }));
  note(job);
  began?.(job);
  const ended = ENDED.has(job.state) ? job : await endOf(job.id);
  if (ended.state === "cancelled") return null;
  if (ended.error) throw new Trouble(ended.error, ended);
  if (ended.result !== null) return ended.result as Result;
  const { job: whole } = await persistently(() => ask<{ job: JobState }>({ kind: "job", job: job.id }));
  if (whole.error) throw new Trouble(whole.error, whole);
  return whole.result as Result;
}

export async function cancel(job: string): Promise<void> {
  note((await ask<{ job: JobState }>({ kind: "cancel", job })).job);
}

function endOf(id: string): Promise<JobState> {
  const now = jobs.value.get(id);
  if (now && ENDED.has(now.state)) return Promise.resolve(now);
  return new Promise((resolve) => {
    const stop = onJob((job) => {
      if (job.id !== id || !ENDED.has(job.state)) return;
      stop();
      resolve(job);
    });
  });
}

/** Try until the daemon is back: it is restarted by whoever needs it, and keeps its jobs meanwhile. */
async function persistently<Reply>(attempt: () => Promise<Reply>): Promise<Reply> {
  for (let wait = 250; ; wait = Math.min(wait * 1.6, LONGEST_WAIT)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Trouble) || !["unreachable", "shutting_down"].includes(error.problem.code)) throw error;
      if (link.value === "open") link.value = "away";
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

export function troubleOf(error: unknown): Problem {
  if (error instanceof Trouble) return error.problem;
  return { code: "internal", message: String(error), where: "", remedy: "Reload the panel; if it stays, report it." };
}
