/**
 * The bridge between the page in the webview and Premiere.
 *
 * Only messages whose origin is the page that the plug-in itself loaded are heard. One operation runs at a time, in the
 * order asked: Premiere's calls are asynchronous, and two edits at once would see each other half done.
 */

import { hostErrorOf } from "./errors";
import type { PremiereHost } from "./host";
import { idOf, requestOf, type Message, type Request } from "./messages";
import { secondsOf, ticksOf } from "./ticks";

/** The webview element, as far as it is needed: its types demand a third argument that does nothing yet. */
export interface Page {
  postMessage(message: unknown, targetOrigin: string): void;
}

/** A message event as UXP gives it: `origin` is the URL or the origin of what the webview shows. */
export interface PageEvent {
  readonly origin?: unknown;
  readonly data?: unknown;
}

export class Bridge {
  private last: Promise<void> = Promise.resolve();
  private readonly heard = new WeakSet<object>();
  private readonly ids = new Set<string>();
  private shown: { sequence?: string | null; playhead?: string; shot?: string } = {};

  /** `origin` is that of the loaded page, such as "http://127.0.0.1:8765". */
  constructor(
    private readonly host: PremiereHost,
    private readonly page: Page,
    private readonly origin: string,
  ) {}

  /** Take in a message event; resolves when it is answered. Foreign, repeated and untagged ones are passed over. */
  hear(event: PageEvent): Promise<void> {
    const { data } = event;
    const tagged = typeof data === "object" && data !== null && "vem" in data;
    if (tagged && originOf(event.origin) === this.origin && this.isNew(event)) {
      this.last = this.last.then(() => this.answered(data));
    }
    return this.last;
  }

  /** Adobe's pages name two places where a message arrives, the window and the webview; it may come to both. */
  private isNew(event: PageEvent): boolean {
    const id = idOf(event.data);
    if (this.heard.has(event) || (id !== undefined && this.ids.has(id))) return false;
    this.heard.add(event);
    if (id !== undefined) this.ids.add(id);
    return true;
  }

  /** Tell the page what the editor has changed since the last look: Premiere sends no event for the playhead. */
  look(): Promise<void> {
    this.last = this.last.then(() => this.looked()).catch(() => undefined); // closed meanwhile: the next look tells
    return this.last;
  }

  private async answered(data: unknown): Promise<void> {
    const id = idOf(data);
    let message: Message;
    try {
      message = await this.done(requestOf(data));
    } catch (thrown) {
      const { kind, message: text, remedy } = hostErrorOf(thrown);
      message = { vem: "failed", kind, message: text, remedy };
    }
    this.send(id === undefined ? message : { ...message, id });
  }

  private async done(request: Request): Promise<Message> {
    const { host } = this;
    switch (request.vem) {
      case "ready":
        this.shown = {};
        return this.introduction();
      case "export":
        return { vem: "edit", ...(await host.export()) };
      case "place": {
        const { take, mix, name, markers } = request;
        const placed = await host.place({ path: mix, name, take });
        return { vem: "placed", take, ...placed, written: await host.writeMarkers(markers, take) };
      }
      case "mark":
        return { vem: "marked", written: await host.writeMarkers(request.markers, request.take) };
      case "marks":
        return { vem: "marks", markers: await host.markers() };
      case "move_mark":
        await host.moveMarker(request.key, request.time);
        return { vem: "done" };
      case "unmark":
        await host.removeMarkers();
        return { vem: "marked", written: 0 };
      case "music":
        return { vem: "music", music: await host.music() };
      case "where":
        return this.position();
      case "seek":
        await host.seek(request.time);
        return { vem: "done" };
      case "tell":
        host.tell(request.message);
        return { vem: "done" };
    }
  }

  private async introduction(): Promise<Message> {
    const sequence = await this.sequenceName();
    this.shown.sequence = sequence;
    return { vem: "host", program: this.host.name, export: this.host.exportWay, sequence };
  }

  private async sequenceName(): Promise<string | null> {
    try {
      return (await this.host.timeline()).name;
    } catch {
      return null; // nothing is open, which is no error while the editor asks for nothing
    }
  }

  private async position(): Promise<Message> {
    const { playhead, shot } = await this.host.selection();
    const seconds = (time: string) => secondsOf(ticksOf(time));
    const span = shot && { start: seconds(shot.start), end: seconds(shot.end), name: shot.name };
    return { vem: "where", playhead: seconds(playhead), shot: span };
  }

  private async looked(): Promise<void> {
    const sequence = await this.sequenceName();
    if (sequence !== this.shown.sequence) this.send(await this.introduction());
    if (sequence === null) return;
    const { playhead, shot } = await this.host.selection();
    if (playhead !== this.shown.playhead) {
      this.shown.playhead = playhead;
      this.send({ vem: "playhead", seconds: secondsOf(ticksOf(playhead)) });
    }
    const span = shot ? `${shot.start} ${shot.end}` : "";
    if (span === (this.shown.shot ?? "")) return;
    this.shown.shot = span;
    if (shot) {
      const middle = (ticksOf(shot.start) + ticksOf(shot.end)) / 2n;
      this.send({ vem: "shot", seconds: secondsOf(middle) });
    }
  }

  private send(message: Message & { readonly id?: string }): void {
    this.page.postMessage(message, this.origin);
  }
}

/** The origin in what UXP calls an origin: its pages call it so in one place and "url of the content" in another. */
function originOf(value: unknown): string {
  return /^https?:\/\/[^/?#]+/.exec(typeof value === "string" ? value : "")?.[0] ?? "";
}
