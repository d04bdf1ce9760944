// How well cuts and beats meet, in plain words: from the plan, and measured in the sound.

import { useSignal } from "@preact/signals";
import { have, troubleOf } from "../api/gateway";
import type { Miss } from "../api/messages";
import { secondsOf } from "../music/time";
import { capital, syncInWords } from "../music/words";
import * as session from "../state/session";

export function Sync() {
  const plan = session.edit.value?.plan;
  if (!plan) return <p class="quiet">The beats are not planned yet. Score the edit, or have only the beats shown, under Brief.</p>;
  const words = syncInWords(plan);
  return (
    <div class="stack">
      <p class="headline">{words.headline}</p>
      <Spread {...words.spread} missed={words.of - words.met} />
      {words.hits && <p class="quiet">{words.hits}</p>}
      {words.misses.length > 0 && (
        <section class="stack tight">
          {words.but && <p>{words.but}</p>}
          <ul class="misses">
            {words.misses.map((miss) => (
              <MissRow key={miss.label} miss={miss} />
            ))}
          </ul>
        </section>
      )}
      {session.heard.value && <Measured folder={session.heard.value.folder} key={session.heard.value.take} />}
      <Remarks remarks={[...plan.remarks, ...(session.heard.value?.remarks ?? [])]} />
    </div>
  );
}

function Spread({ downbeat, beat, between, missed }: { downbeat: number; beat: number; between: number; missed: number }) {
  const parts = [
    { name: "on the first beat of a bar", count: downbeat, kind: "downbeat" },
    { name: "on another beat", count: beat, kind: "beat" },
    { name: "between two beats", count: between, kind: "off-beat" },
    { name: "off the beat", count: missed, kind: "miss" },
  ].filter((part) => part.count > 0);
  return (
    <div class="spread">
      <div class="spread-bar" aria-hidden="true">
        {parts.map((part) => (
          <i key={part.kind} class={part.kind} style={{ flexGrow: part.count }} />
        ))}
      </div>
      <ul>
        {parts.map((part) => (
          <li key={part.kind}>
            <i class={`key ${part.kind}`} aria-hidden="true" />
            <b class="numbers">{part.count}</b> {part.name}
          </li>
        ))}
      </ul>
    </div>
  );
}

function MissRow({ miss }: { miss: Miss }) {
  const go = () => {
    if (miss.shot !== null) session.chosen.value = miss.shot;
    session.player.seek(secondsOf(miss.time));
  };
  return (
    <li>
      <button class="row" onClick={go}>
        <span class="numbers faint">{miss.timecode}</span>
        <span>
          {capital(miss.label)} <span class="alert-text numbers">{Math.round(Math.abs(miss.offset_ms))} ms off</span>
        </span>
        <span class="quiet">because {miss.reason}</span>
      </button>
    </li>
  );
}

interface SyncFigures {
  onsets: number;
  groups: { kind: string; count: number; rates: { name: string; matched: number; of: number }[]; median: number; worst: number }[];
}

/** Onsets found in the sound itself, beside what the plan promises. */
function Measured({ folder }: { folder: string }) {
  const state = useSignal<"none" | "busy" | SyncFigures>("none");
  const measure = async () => {
    state.value = "busy";
    try {
      state.value = (await have<SyncFigures>({ kind: "measure", edit: folder })) ?? "none";
    } catch (error) {
      state.value = "none";
      session.trouble.value = troubleOf(error);
    }
  };
  const figures = state.value;
  if (typeof figures === "string") {
    return (
      <button class="button" disabled={figures === "busy"} onClick={() => void measure()}>
        {figures === "busy" ? "Listening" : "Measure it in the sound"}
      </button>
    );
  }
  return (
    <section class="stack tight" aria-label="Measured in the sound">
      <h2>Measured in the sound</h2>
      <ul class="stack tight">
        {figures.groups.filter((group) => group.count > 0).map((group) => {
          const frame = group.rates.find((rate) => rate.name === "one frame") ?? group.rates[0];
          return (
            <li key={group.kind} class="quiet">
              {capital(group.kind)}s: an onset within {frame?.name} at {frame?.matched} of {frame?.of}, typically{" "}
              {Math.round(Math.abs(group.median) * 1000)} ms away.
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Remarks({ remarks }: { remarks: string[] }) {
  if (!remarks.length) return null;
  return (
    <details>
      <summary>Remarks ({remarks.length})</summary>
      <ul class="stack tight">
        {remarks.map((remark) => (
          <li key={remark} class="quiet">
            {remark}
          </li>
        ))}
      </ul>
    </details>
  );
}
