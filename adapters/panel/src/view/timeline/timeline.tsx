// The timeline: lanes over one scale, scrolled and zoomed together, and a playhead over all of them.

import { effect, signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { placeAt, shotAt } from "../../music/edit";
import * as session from "../../state/session";
import { Icon } from "../icons";
import { showHint } from "./hints";
import { lanesOf, paint } from "./paint";
import { duration, scale, scroll, secondsAt, whole, width, xOf, zoom, zoomAround } from "./scale";
import { Waves, WaveHeads } from "./waves";

const LOW = 560; // pixels; below this width the lanes are lower
const TITLES = { ruler: "", shots: "Shots", beats: "Beats", tempo: "Tempo", music: "Music" };

export function Timeline() {
  const edit = session.edit.value;
  const low = width.value < LOW;
  const lanes = useMemo(() => (edit ? lanesOf(edit, low) : []), [edit, low]);
  if (!edit) return null;
  const last = lanes.at(-1);
  return (
    <section class="timeline" aria-label="Timeline">
      <div class="lane-heads">
        <div style={{ height: `${last ? last.top + last.height : 0}px` }}>
          {lanes.map((lane) => (
            <span key={lane.name} class="lane-head" style={{ top: `${lane.top}px`, height: `${lane.height}px` }}>
              {TITLES[lane.name]}
            </span>
          ))}
        </div>
        <WaveHeads />
      </div>
      <View lanes={lanes} />
      <Zoom />
    </section>
  );
}

const scroller = signal<HTMLElement | null>(null);

function View({ lanes }: { lanes: ReturnType<typeof lanesOf> }) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const hovered = useSignal<number | null>(null);
  const pictures = usePictures();

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    scroller.value = element;
    const measure = new ResizeObserver(() => (width.value = Math.max(80, element.clientWidth)));
    measure.observe(element);
    const wheel = (event: WheelEvent) => turnWheel(event, element);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      measure.disconnect();
      element.removeEventListener("wheel", wheel);
      scroller.value = null;
    };
  }, []);

  useEffect(() => {
    let frame = 0;
    const stop = effect(() => {
      const edit = session.edit.value;
      const scene = {
        edit, lanes, chosen: session.chosen.value, hovered: hovered.value, locks: session.locks.value,
        changed: session.heard.value?.change?.shots ?? [], picture: pictures.imageOf,
      };
      void [scroll.value, scale.value, width.value, session.pictures.value, pictures.loaded.value];
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => edit && canvas.current && paint(canvas.current, { ...scene, edit }));
    });
    void document.fonts.ready.then(() => pictures.loaded.value++);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [lanes]);

  useFollow();

  const shots = lanes.find((lane) => lane.name === "shots");
  const shotUnder = (event: PointerEvent) => {
    const place = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const y = event.clientY - place.top;
    const onShots = shots !== undefined && y >= shots.top && y < shots.top + shots.height;
    const edit = session.edit.value;
    return onShots && edit ? (shotAt(edit, secondsAt(event.clientX - place.left)) ?? null) : null;
  };

  return (
    <div
      class="view"
      ref={box}
      onScroll={(event) => (scroll.value = event.currentTarget.scrollLeft)}
    >
      <div class="whole" style={{ width: `${whole.value}px` }}>
        <div
          class="seen"
          style={{ width: `${width.value}px` }}
          onPointerDown={(event) => press(event, shotUnder(event))}
          onPointerMove={(event) => {
            hovered.value = shotUnder(event)?.number ?? null;
            showHint(event, lanes);
          }}
          onPointerLeave={() => (hovered.value = null)}
        >
          <canvas ref={canvas} aria-hidden="true" style={{ width: `${width.value}px` }} />
          <Waves />
          <Playhead />
        </div>
      </div>
    </div>
  );
}

/** Press: a shot is chosen and gone to; anywhere else the playhead follows the pointer until it is let go. */
function press(event: PointerEvent, shot: { number: number; start: number } | null): void {
  if (event.button !== 0) return;
  const area = event.currentTarget as HTMLElement;
  const seek = (x: number) => session.player.seek(secondsAt(x - area.getBoundingClientRect().left));
  if (shot) {
    session.chosen.value = shot.number;
    session.tab.value = "shots";
    if (!session.player.playing.value) session.player.seek(shot.start);
    return;
  }
  seek(event.clientX);
  area.setPointerCapture(event.pointerId);
  const move = (moved: PointerEvent) => seek(moved.clientX);
  area.addEventListener("pointermove", move);
  area.addEventListener("lostpointercapture", () => area.removeEventListener("pointermove", move), { once: true });
}

function turnWheel(event: WheelEvent, element: HTMLElement): void {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const x = event.clientX - element.getBoundingClientRect().left;
    scrollTo(zoomAround(x, Math.exp(-event.deltaY * 0.004)));
  } else if (event.shiftKey && event.deltaX === 0) {
    event.preventDefault();
    element.scrollLeft += event.deltaY;
  }
}

/** Scroll once the lanes have their new width. */
function scrollTo(left: number): void {
  requestAnimationFrame(() => {
    const element = scroller.value;
    if (!element) return;
    element.scrollLeft = left;
    scroll.value = element.scrollLeft;
  });
}

function Playhead() {
  const line = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const x = xOf(session.playhead.value);
    if (!line.current) return;
    line.current.style.transform = `translateX(${Math.round(x)}px)`;
    line.current.style.visibility = x < -1 || x > width.value + 1 ? "hidden" : "visible";
  });
  return <div class="playhead" ref={line} />;
}

/** While it plays, turn the page when the playhead leaves it; a shot that is chosen elsewhere comes into view. */
function useFollow(): void {
  useSignalEffect(() => {
    if (!session.player.playing.value) return;
    const x = xOf(session.playhead.value);
    if (x > width.value || x < 0) scrollTo(Math.max(0, session.playhead.value * scale.peek() - width.peek() * 0.08));
  });
  useSignalEffect(() => {
    const shot = session.chosenShot.value;
    if (!shot || !scroller.value) return;
    const left = shot.start * scale.peek() - scroll.peek();
    if (left < 0 || left > width.peek() - 40) scrollTo(Math.max(0, shot.start * scale.peek() - width.peek() / 3));
  });
}

function usePictures() {
  return useMemo(() => {
    const loaded = signal(0);
    const images = new Map<string, HTMLImageElement>();
    const imageOf = (shot: number): HTMLImageElement | null => {
      const address = session.pictures.peek().get(shot);
      if (address === undefined) return null;
      let image = images.get(address);
      if (!image) {
        image = new Image();
        image.onload = () => loaded.value++;
        image.src = address;
        images.set(address, image);
      }
      return image.complete && image.naturalWidth > 0 ? image : null;
    };
    return { loaded, imageOf };
  }, []);
}

function Zoom() {
  const around = (factor: number) => scrollTo(zoomAround(Math.min(Math.max(xOf(session.playhead.value), 0), width.value), factor));
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <Scrub />
      <button class="button plain icon" aria-label="Zoom out" title="Zoom out (-)" onClick={() => around(1 / 1.6)} disabled={zoom.value <= 1}>
        <Icon name="minus" />
      </button>
      <button class="button plain icon" aria-label="Zoom in" title="Zoom in (+)" onClick={() => around(1.6)}>
        <Icon name="plus" />
      </button>
      <button class="button plain icon" aria-label="Show the whole edit" title="Whole edit (0)" onClick={() => (zoom.value = 1)} disabled={zoom.value <= 1}>
        <Icon name="fit" />
      </button>
    </div>
  );
}

export function zoomBy(factor: number): void {
  if (factor === 0) zoom.value = 1;
  else scrollTo(zoomAround(width.value / 2, factor));
}

/** The playhead as a control: for keyboards and screen readers, which cannot use the lanes. */
function Scrub() {
  const edit = session.edit.value;
  if (!edit) return null;
  const now = session.playhead.value;
  const shot = shotAt(edit, now);
  const place = edit.plan ? `, ${placeAt(edit.plan, now)}` : "";
  return (
    <input
      class="scrub"
      type="range"
      aria-label="Playhead"
      aria-valuetext={`${edit.clock.timecode(now)}, shot ${shot?.number ?? ""}${place}`}
      min={0}
      max={duration.value}
      step={1 / edit.clock.rate}
      value={now}
      onInput={(event) => session.player.seek(Number(event.currentTarget.value))}
    />
  );
}
