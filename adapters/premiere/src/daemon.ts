/**
 * Finding the music service on this machine: it writes its address and token into a file that only the user can read.
 *
 * UXP knows no environment variables, so the places are those below the user's home that the service uses by default
 * (`server/vem_server/protocol/places.py`). Always 127.0.0.1 and one of ten ports: the manifest allows no other, and
 * `localhost` is refused by the webview on macOS.
 */

import type { Files } from "./files";

/** Address such as "http://127.0.0.1:8765", and the token that the service asks for. */
export interface Daemon {
  readonly origin: string;
  readonly token: string;
}

export const PORTS = [8765, 8766, 8767, 8768, 8769, 8770, 8771, 8772, 8773, 8774] as const;

/** Where the connection file may be, likeliest first. `platform` is as `os.platform()` names it. */
export function connectionFiles(platform: string, home: string): string[] {
  if (platform === "darwin") {
    return [
      `${home}/Library/Caches/TemporaryItems/vem-plugin/daemon.json`,
      `${home}/Library/Application Support/vem-plugin/run/daemon.json`,
    ];
  }
  const local = `${home}\\AppData\\Local`;
  return [`${local}\\Temp\\vem-plugin\\daemon.json`, `${local}\\vem-plugin\\run\\daemon.json`];
}

/** The service that a connection file names; null if there is no usable one. */
export async function findDaemon(files: Files, platform: string, home: string): Promise<Daemon | null> {
  for (const path of connectionFiles(platform, home)) {
    const daemon = daemonIn((await files.read(path)) ?? "");
    if (daemon) return daemon;
  }
  return null;
}

/** The address of the panel's page. What follows "#" never leaves the machine, nor even the page. */
export function pageAddress({ origin, token }: Daemon, load: number): string {
  return `${origin}/?load=${load}#token=${encodeURIComponent(token)}&host=premiere`;
}

function daemonIn(text: string): Daemon | null {
  let found: { gateway?: unknown; token?: unknown };
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    return null; // absent, or being written just now
  }
  const { gateway, token } = found ?? {};
  const known = PORTS.some((port) => gateway === `http://127.0.0.1:${port}`);
  return known && typeof token === "string" && token !== "" ? { origin: gateway as string, token } : null;
}
