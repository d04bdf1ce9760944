// What the music should be: the brief of the whole edit, and what became of it stretch by stretch.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../api/gateway";
import type { Choices, ScoreWishes } from "../api/messages";
import { capital, listInWords } from "../music/words";
import { planBeats, score } from "../state/actions";
import { isScoring } from "../state/jobs";
import * as session from "../state/session";

const IDEAS = ["warm, hopeful, builds to the end", "tender piano, a quiet goodbye", "night chase, urgent percussion", "a cheeky waltz"];

export function Brief() {
  const take = session.heard.value;
  const brief = useSignal(take?.brief ?? "");
  const style = useSignal("");
  const tempo = useSignal("");
  const metre = useSignal("");
  const takes = useSignal(1);
  const effects = useSignal(true);
  useEffect(() => {
    if (take && !brief.peek()) brief.value = take.brief;
  }, [take?.take]);
  const range = tempoOf(tempo.value);

  const wishes = (): ScoreWishes => ({
    brief: brief.value,
    takes: takes.value,
    effects: effects.value,
    ...(take ? { seed: Math.floor(Math.random() * 2 ** 31) } : {}),
    ...(style.value ? { style: style.value } : {}),
    ...(range ? { tempo: range } : {}),
    ...(metre.value ? { metre: Number(metre.value) as 3 | 4 | 6 } : {}),
  });

  const submit = (event: Event) => {
    event.preventDefault();
    if (range !== undefined) void score(wishes());
  };

  return (
    <form class="brief stack" onSubmit={submit}>
      <div class="field">
        <label for="brief">What should the music be?</label>
        <textarea
          id="brief"
          rows={3}
          placeholder="In your own words. Left empty, the pictures decide."
          value={brief.value}
          onInput={(event) => (brief.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit(event);
          }}
        />
      </div>
      {brief.value === "" && (
        <div class="chips" role="group" aria-label="Ideas">
          {IDEAS.map((idea) => (
            <button type="button" key={idea} class="chip" onClick={() => (brief.value = idea)}>
              {idea}
            </button>
          ))}
        </div>
      )}
      <details>
        <summary>Style, tempo, metre, takes</summary>
        <div class="grid-two">
          <StyleField value={style.value} onChange={(value) => (style.value = value)} />
          <div class="field">
            <label for="tempo">Tempo, beats a minute</label>
            <input
              id="tempo"
              type="text"
              placeholder="any, or 90-130"
              value={tempo.value}
              aria-invalid={range === undefined}
              onInput={(event) => (tempo.value = event.currentTarget.value)}
            />
          </div>
          <div class="field">
            <label for="metre">Metre</label>
            <select id="metre" value={metre.value} onChange={(event) => (metre.value = event.currentTarget.value)}>
              <option value="">by the brief</option>
              <option value="4">4/4</option>
              <option value="3">3/4</option>
              <option value="6">6/8</option>
            </select>
          </div>
          <div class="field">
            <label for="takes">Takes</label>
            <select id="takes" value={takes.value} onChange={(event) => (takes.value = Number(event.currentTarget.value))}>
              {[1, 2, 3, 4, 6, 8].map((count) => (
                <option key={count} value={count}>
                  {count}
                </option>
              ))}
            </select>
          </div>
        </div>
        <label class="check">
          <input type="checkbox" checked={effects.value} onChange={(event) => (effects.value = event.currentTarget.checked)} />
          Risers and impacts at cuts
        </label>
      </details>
      {range === undefined && <p class="alert-text">Write a tempo as 110, or a range as 90-130.</p>}
      <button class="button primary tall wide" type="submit" disabled={isScoring.value || range === undefined}>
        {isScoring.value ? "Being scored" : take ? "Score again, as a new take" : "Score this edit"}
      </button>
      {!take && !session.edit.value?.plan && (
        <button class="button plain wide" type="button" onClick={() => void planBeats(style.value || undefined)}>
          Only show the beats
        </button>
      )}
      <Sections />
    </form>
  );
}

/** [low, high]; null for any tempo, undefined for what is none. */
function tempoOf(text: string): [number, number] | null | undefined {
  if (!text.trim()) return null;
  const found = /^\s*(\d+(?:\.\d+)?)\s*(?:[-–]\s*(\d+(?:\.\d+)?))?\s*$/.exec(text);
  if (!found) return undefined;
  const low = Number(found[1]);
  const high = Number(found[2] ?? found[1]);
  return low >= 20 && high <= 400 && low <= high ? [low, high] : undefined;
}

/** A style by name, from the daemon's own list. */
export function StyleField({ value, onChange, id = "style" }: { value: string; onChange: (value: string) => void; id?: string }) {
  const styles = useSignal<string[]>([]);
  useEffect(() => {
    ask<Choices>({ kind: "choices" }).then((reply) => (styles.value = reply.styles), () => {});
  }, []);
  return (
    <div class="field">
      <label for={id}>Style</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">by brief and picture</option>
        {styles.value.map((style) => (
          <option key={style} value={style}>
            {capital(style)}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What each stretch of the music was asked for. */
function Sections() {
  const edit = session.edit.value;
  if (!edit?.sections.length) return null;
  return (
    <section class="stack tight" aria-label="What the music does">
      <h2>What the music does</h2>
      <ol class="sections">
        {edit.sections.map((section) => (
          <li key={section.start}>
            <button type="button" class="row" onClick={() => session.player.seek(section.start)}>
              <span class="numbers faint">{edit.clock.timecode(section.start)}</span>
              <span>{capital(section.caption)}</span>
              <span class="faint">{listInWords(section.roles)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
