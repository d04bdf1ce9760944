/**
 * The plug-in in Premiere: one panel that shows the music service's page, and hands its wishes to Premiere.
 *
 * The document's body is the panel (a plug-in has one without any entry point code). Hiding a panel is not told in
 * Premiere, so this keeps looking, at a pace that costs nothing.
 */

import { Bridge, type PageEvent } from "./bridge";
import { findDaemon, pageAddress, type Daemon } from "./daemon";
import { PremiereHost } from "./host";
import { uxpFiles } from "./uxp_files";

const LOOK_EVERY = 500; // ms; playhead and selection
const SEEK_DAEMON_EVERY = 2000; // ms
const TOLD_FOR = 10_000; // ms

const os = require("os");
const uxp = require("uxp");

const page = document.getElementById("page") as unknown as HTMLWebViewElement & Element;
const waiting = document.getElementById("waiting");
const told = document.getElementById("told");

const host = new PremiereHost(require("premierepro"), uxpFiles, String(uxp.host.version), tell);
let bridge: Bridge | null = null;
let shown: Daemon | null = null;
let loads = 0;

/** Say something below the page, for a while. */
function tell(text: string): void {
  told.textContent = text;
  told.setAttribute("class", "shown");
  setTimeout(() => {
    if (told.textContent === text) told.setAttribute("class", "");
  }, TOLD_FOR);
}

/** Show the page of the service, anew if the service has another address or token than before. */
async function seekDaemon(): Promise<void> {
  const daemon = await findDaemon(uxpFiles, os.platform(), os.homedir());
  const same = daemon?.origin === shown?.origin && daemon?.token === shown?.token;
  if (!daemon || same || !(await answers(daemon))) return;
  loads += 1;
  shown = daemon;
  const postMessage = (message: unknown, origin: string) => page.postMessage(message, origin, undefined);
  bridge = new Bridge(host, { postMessage }, daemon.origin);
  page.src = pageAddress(daemon, loads);
  page.setAttribute("class", "shown");
  waiting.setAttribute("class", "");
}

async function answers(daemon: Daemon): Promise<boolean> {
  try {
    const hello = await (await fetch(`${daemon.origin}/api/v1/hello`)).json();
    return hello.service === "vem";
  } catch {
    return false; // a file left behind by a service that is gone
  }
}

function hear(event: PageEvent): void {
  void bridge?.hear(event);
}

/** Do something again and again, each time after the last has ended. */
function keep(doing: () => Promise<void>, every: number): void {
  const again = () => setTimeout(() => keep(doing, every), every);
  doing().then(again, again);
}

window.addEventListener("message", hear);
page.addEventListener("message", hear);
keep(seekDaemon, SEEK_DAEMON_EVERY);
keep(async () => bridge?.look(), LOOK_EVERY);
