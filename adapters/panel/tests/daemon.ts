// A real daemon with a home of its own, and an edit folder that it may touch. Tests kill it as users' machines do.

import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const REPOSITORY = resolve(import.meta.dirname, "../../..");
const PYTHON = process.env.VEM_PYTHON ?? join(REPOSITORY, ".venv/bin/python");
const PATIENCE = 60_000; // ms in which a daemon must stand

interface Connection {
  pid: number;
  gateway: string | null;
  token: string;
}

export class Daemon {
  private child: ChildProcess | null = null;
  private connection: Connection | null = null;

  private constructor(
    readonly folder: string,
    private readonly kept: boolean,
  ) {}

  /** A folder with the example edit. `VEM_PANEL_WORKSPACE` names one to keep, so that takes made before are there. */
  static async prepare(): Promise<Daemon> {
    const kept = process.env.VEM_PANEL_WORKSPACE;
    const folder = kept ?? (await mkdtemp(join(tmpdir(), "vem-panel-")));
    await mkdir(join(folder, "home"), { recursive: true });
    await cp(join(REPOSITORY, "examples/rush_hour.otio"), join(folder, "rush_hour.otio"));
    await cp(join(REPOSITORY, "examples/media"), join(folder, "media"), { recursive: true });
    return new Daemon(folder, kept !== undefined);
  }

  async start(): Promise<void> {
    const before = this.connection?.pid;
    this.child = spawn(PYTHON, ["-m", "vem_server", "daemon", "run", "--idle", "0", "--root", this.folder], {
      cwd: REPOSITORY,
      env: { ...process.env, VEM_HOME: join(this.folder, "home") },
      stdio: ["ignore", "ignore", "inherit"],
    });
    for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(100)) {
      const found = await this.read();
      if (found?.gateway && found.pid !== before && (await stands(found.gateway))) {
        this.connection = found;
        return;
      }
    }
    throw new Error("The daemon does not stand.");
  }

  /** As `kill -9` does it: nothing is said and nothing is put away. */
  async kill(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  async end(): Promise<void> {
    const child = this.child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await Promise.race([gone, sleep(10_000)]);
      child.kill("SIGKILL");
    }
    if (!this.kept) await rm(this.folder, { recursive: true, force: true });
  }

  /** Address of the panel, with its key, and what else it shall know: `edit` to open, `host` around it. */
  address(more: { edit?: string; host?: string } = {}): string {
    const { gateway, token } = this.connection as Connection;
    return `${gateway}/#${new URLSearchParams({ token, ...more }).toString()}`;
  }

  /** Have an edit scored, without a panel. */
  async score(edit: string): Promise<void> {
    const headers = { Authorization: `Bearer ${this.connection?.token}`, "Content-Type": "application/json" };
    const ask = async (message: object) => {
      const reply = await fetch(`${this.origin}/api/v1/requests`, { method: "POST", headers, body: JSON.stringify(message) });
      return ((await reply.json()) as { job: { id: string; state: string } }).job;
    };
    let job = await ask({ kind: "score", edit, brief: "warm, hopeful, builds to the end" });
    for (; job.state === "queued" || job.state === "running"; await sleep(500)) job = await ask({ kind: "job", job: job.id });
    if (job.state !== "done") throw new Error(`The example was not scored: ${job.state}.`);
  }

  /** A code that lets a page in once, as `vem panel` asks for one. */
  async code(): Promise<string> {
    const headers = { Authorization: `Bearer ${this.connection?.token}` };
    const reply = await fetch(`${this.origin}/api/v1/codes`, { method: "POST", headers });
    return ((await reply.json()) as { code: string }).code;
  }

  get origin(): string {
    return (this.connection as Connection).gateway ?? "";
  }

  private async read(): Promise<Connection | null> {
    try {
      return JSON.parse(await readFile(join(this.folder, "home/run/daemon.json"), "utf8")) as Connection;
    } catch {
      return null;
    }
  }
}

async function stands(gateway: string): Promise<boolean> {
  return fetch(`${gateway}/api/v1/hello`).then((reply) => reply.ok, () => false);
}
