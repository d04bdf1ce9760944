// The picture at the playhead: the shot's own media where the browser can play it, else its thumbnail.

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { addressOf } from "../api/files";
import { type Shot, shotAt } from "../music/edit";
import * as session from "../state/session";

const PLAYABLE = /\.(mp4|m4v|mov|webm|ogv)$/i;
const DRIFT = 0.09; // seconds that the picture may be off while it plays, before it is set right
const TICKET = 60_000; // ms in which a ticket surely holds
const NEAR = 2; // seconds before a cut at which the next shot's media is made ready

export function Stage() {
  const box = useRef<HTMLDivElement>(null);
  const shot = session.edit.value && shotAt(session.edit.value, session.playhead.value);
  const picture = shot && session.pictures.value.get(shot.number);
  useEffect(() => {
    const reel = new Reel(box.current as HTMLDivElement);
    const stop = effect(() => reel.show(session.playhead.value, session.player.playing.value));
    return () => {
      stop();
      reel.clear();
    };
  }, []);
  return (
    <figure class="stage" aria-label={shot ? `Shot ${shot.number}: ${shot.name}` : "Picture"}>
      {picture ? <img src={picture} alt="" /> : <span class="faint">{stageWords(shot ?? null)}</span>}
      <div class="reel" ref={box} />
      {shot && (
        <figcaption>
          <b class="numbers">{shot.number}</b> <span class="cut">{shot.name}</span>
        </figcaption>
      )}
    </figure>
  );
}

function stageWords(shot: Shot | null): string {
  if (!shot) return "";
  if (shot.kind === "gap") return "Black";
  return shot.online ? "The picture is on its way." : "The media of this shot is offline.";
}

/** Two film players that take turns: the front one shows the shot, the back one makes the next shot ready. */
class Reel {
  private front: HTMLVideoElement;
  private back: HTMLVideoElement;
  private readonly loaded = new Map<HTMLVideoElement, { path: string; since: number }>();
  private readonly useless = new Set<string>();
  private shown = 0; // number of the shot in front
  private prepared = 0; // number of the shot at the back
  private last: [number, boolean] = [0, false];

  constructor(box: HTMLElement) {
    [this.front, this.back] = [this.player(box), this.player(box)];
  }

  private player(box: HTMLElement): HTMLVideoElement {
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    video.preload = "auto";
    video.tabIndex = -1;
    video.onerror = () => this.lose(video);
    video.onseeked = video.onloadeddata = () => this.show(...this.last);
    box.append(video);
    return video;
  }

  show(now: number, playing: boolean): void {
    this.last = [now, playing];
    const edit = session.edit.peek();
    const shot = edit && shotAt(edit, now);
    if (!edit || !shot) return this.front.classList.remove("on");
    if (shot.number !== this.shown) this.turnTo(shot.number);
    const ready = this.bring(this.front, shot, now - shot.start, playing);
    this.front.classList.toggle("on", ready);
    const next = edit.shots[shot.number];
    if (!next || shot.end - now > NEAR) return;
    this.prepared = next.number;
    this.bring(this.back, next, 0, false);
  }

  clear(): void {
    this.front.remove();
    this.back.remove();
  }

  /** A player broke: its ticket may have run out, and then a new one helps; else the browser cannot play such media. */
  private lose(video: HTMLVideoElement): void {
    const { path, since } = this.loaded.get(video) ?? { path: "", since: 0 };
    this.loaded.delete(video);
    video.classList.remove("on");
    if (performance.now() - since < TICKET) this.useless.add(path);
  }

  private turnTo(shot: number): void {
    if (this.prepared === shot) [this.front, this.back] = [this.back, this.front];
    this.back.classList.remove("on");
    this.back.pause();
    this.shown = shot;
    this.prepared = 0;
  }

  /** Set a player to a place in a shot, and let it run along while the music plays. False while it is not there. */
  private bring(video: HTMLVideoElement, shot: Shot, within: number, playing: boolean): boolean {
    if (!shot.media || !this.load(video, shot.media)) return false;
    const { start, speed } = shot.media;
    const wanted = start + within * speed;
    const runs = playing && speed > 0.06 && speed < 16;
    const off = Math.abs(video.currentTime - wanted);
    if (video.readyState >= 1 && !video.seeking && off > (runs ? DRIFT : 0.02)) video.currentTime = wanted;
    if (runs) {
      video.playbackRate = speed;
      if (video.paused) void video.play().catch(() => {});
    } else if (!video.paused) video.pause();
    return video.readyState >= 2 && (video.classList.contains("on") || (!video.seeking && off < 2 * DRIFT));
  }

  private load(video: HTMLVideoElement, { path, still }: NonNullable<Shot["media"]>): boolean {
    if (still || !PLAYABLE.test(path) || this.useless.has(path)) return false;
    if (this.loaded.get(video)?.path === path) return true;
    this.loaded.set(video, { path, since: performance.now() });
    video.classList.remove("on");
    addressOf(path).then(
      (address) => {
        if (this.loaded.get(video)?.path === path) video.src = address;
      },
      () => this.useless.add(path),
    );
    return false;
  }
}
