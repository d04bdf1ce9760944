// The process that carries out what the page wants: `vem resolve bridge`, one JSON object a line in both directions.

"use strict";

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");

/** @typedef {{ vem: string, [field: string]: unknown }} Message */

/**
 * The data folder of vem, as in vem_server/protocol/places.py.
 * @param {NodeJS.ProcessEnv} [environment]
 * @param {string} [system]
 * @param {string} [home]
 */
function dataFolder(environment = process.env, system = process.platform, home = os.homedir()) {
  if (environment.VEM_HOME) return path.join(environment.VEM_HOME, "data");
  if (system === "darwin") return path.join(home, "Library", "Application Support", "vem-plugin");
  if (system === "win32") return path.join(environment.LOCALAPPDATA ?? path.join(home, "AppData", "Local"), "vem-plugin");
  return path.join(environment.XDG_DATA_HOME ?? path.join(home, ".local", "share"), "vem-plugin");
}

/** How `vem` is started: as `vem install resolve` wrote down, or by its name. @returns {string[]} */
function command() {
  try {
    const told = JSON.parse(fs.readFileSync(path.join(dataFolder(), "command.json"), "utf-8")).command;
    if (Array.isArray(told) && told.length > 0 && told.every((part) => typeof part === "string")) return told;
  } catch {
    // not installed by `vem install`: perhaps it is on the path
  }
  return ["vem"];
}

/** Starts the process when it is first needed, and again if it has ended. */
class Bridge {
  /** @param {(message: Message) => void} hear called with every message of the process */
  constructor(hear) {
    this.hear = hear;
    /** @type {import("node:child_process").ChildProcessWithoutNullStreams | null} */
    this.process = null;
  }

  /** @param {Message} message */
  send(message) {
    this.process ??= this.start();
    this.process.stdin.write(`${JSON.stringify(message)}\n`);
  }

  close() {
    this.process?.stdin.end();
    this.process = null;
  }

  start() {
    const [program, ...options] = command();
    const started = spawn(program, [...options, "resolve", "bridge"], { windowsHide: true });
    /** @param {unknown} why */
    const ended = (why) => {
      if (this.process !== started) return;
      this.process = null;
      const remedy = "Run `vem doctor` in a terminal, then `vem install resolve`.";
      this.hear({ vem: "failed", kind: "HostError", message: `VEM does not run: ${why}.`, remedy });
    };
    started.on("error", (error) => ended(error.message));
    started.on("exit", (code) => ended(`it ended with ${code}`));
    started.stdin.on("error", () => {}); // it has ended; "exit" says so
    started.stderr.on("data", (text) => console.warn(String(text)));
    readline.createInterface({ input: started.stdout }).on("line", (line) => this.read(line));
    return started;
  }

  /** @param {string} line */
  read(line) {
    try {
      this.hear(JSON.parse(line));
    } catch {
      console.warn(line); // something that was printed, and is no message
    }
  }
}

module.exports = { Bridge, command, dataFolder };
