// The waveforms (wavesurfer.js): the mix, or a row for each stem with its buttons to mute it or hear it alone.

import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import WaveSurfer from "wavesurfer.js";
import type { PeaksResult } from "../../api/messages";
import { capital } from "../../music/words";
import { showPeaks } from "../../state/actions";
import * as session from "../../state/session";
import { scale, scroll } from "./scale";

const MIX_HEIGHT = 52; // pixels
const STEM_HEIGHT = 34;
const FLOOR = 0.05; // of the peak that fills a row: what is softer stays small
const SILENT = 1e-4; // highest sample below which a stem plays nothing

/** The sound files that are shown: a row each. */
function rows(): { role: string; path: string; height: number }[] {
  const take = session.heard.value;
  if (!take) return [];
  if (!session.stemsShown.value) return [{ role: "mix", path: take.mix, height: MIX_HEIGHT }];
  return Object.entries(take.stems).map(([role, path]) => ({ role, path, height: STEM_HEIGHT }));
}

export function Waves() {
  return (
    <div class="waves">
      {rows().map((row) => (
        <Wave key={row.path} {...row} />
      ))}
    </div>
  );
}

function Wave({ role, path, height }: { role: string; path: string; height: number }) {
  const box = useRef<HTMLDivElement>(null);
  const wave = useRef<WaveSurfer | null>(null);
  const peaks = session.peaks.value.get(path);

  useEffect(() => void showPeaks(path), [path]);

  useEffect(() => {
    if (!peaks || !box.current) return;
    wave.current = draw(box.current, peaks, height);
    return () => {
      wave.current?.destroy();
      wave.current = null;
    };
  }, [peaks, height]);

  useSignalEffect(() => {
    const pixels = scale.value;
    const frame = requestAnimationFrame(() => {
      wave.current?.zoom(pixels);
      wave.current?.setScroll(scroll.peek());
    });
    return () => cancelAnimationFrame(frame);
  });
  useSignalEffect(() => wave.current?.setScroll(scroll.value));

  return <div class={isHeard(role) ? "wave" : "wave off"} ref={box} style={{ height: `${height}px` }} aria-hidden="true" />;
}

function draw(box: HTMLElement, peaks: PeaksResult, height: number): WaveSurfer {
  const wave = WaveSurfer.create({
    container: box,
    peaks: [peaks.high, peaks.low.map((value) => -value)],
    duration: peaks.samples / peaks.rate,
    height: height - 6,
    minPxPerSec: scale.peek(),
    waveColor: "#8e949f",
    progressColor: "#8e949f",
    cursorWidth: 0,
    interact: false,
    autoScroll: false,
    hideScrollbar: true,
    normalize: true,
    maxPeak: Math.max(FLOOR, ...peaks.high, ...peaks.low.map((value) => -value)),
  });
  wave.on("ready", () => {
    wave.zoom(scale.peek());
    wave.setScroll(scroll.peek());
  });
  return wave;
}

function isHeard(role: string): boolean {
  const states = session.stems.value;
  if (role === "mix") return true;
  if (Object.values(states).some((state) => state.solo)) return states[role]?.solo ?? false;
  return !states[role]?.mute;
}

/** Names and buttons beside the rows. */
export function WaveHeads() {
  const shown = rows();
  if (!shown.length) return null;
  return (
    <div class="wave-heads">
      {shown.map(({ role, path, height }) => (
        <div key={role} class="wave-head" style={{ height: `${height}px` }}>
          <span class="cut">{capital(role)}</span>
          {role === "mix" ? null : <StemButtons role={role} silent={isSilent(path)} />}
        </div>
      ))}
      <button
        class="button plain stems-button"
        aria-expanded={session.stemsShown.value}
        title="Show drums, bass and the other stems"
        onClick={() => (session.stemsShown.value = !session.stemsShown.value)}
      >
        {session.stemsShown.value ? "Mix" : "Stems"}
      </button>
    </div>
  );
}

function isSilent(path: string): boolean {
  const peaks = session.peaks.value.get(path);
  return peaks !== undefined && !peaks.high.some((value) => value > SILENT);
}

function StemButtons({ role, silent }: { role: string; silent: boolean }) {
  if (silent) return <span class="faint">silent</span>;
  const state = session.stems.value[role] ?? { mute: false, solo: false };
  const set = (change: Partial<session.StemState>) => (session.stems.value = { ...session.stems.value, [role]: { ...state, ...change } });
  return (
    <span class="stem-buttons">
      <button aria-label={`Mute ${role}`} title={`Mute ${role}`} aria-pressed={state.mute} onClick={() => set({ mute: !state.mute })}>
        M
      </button>
      <button aria-label={`Solo ${role}`} title={`Hear ${role} alone`} aria-pressed={state.solo} onClick={() => set({ solo: !state.solo })}>
        S
      </button>
    </span>
  );
}
