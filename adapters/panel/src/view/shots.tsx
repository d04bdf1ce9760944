// The shots as a list, and the chosen one: what its cut landed on, its lock, and how to score it anew.

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Shot, isMiss } from "../music/edit";
import { spanInWords } from "../music/time";
import { capital, cutInWords } from "../music/words";
import { rescore, setLock } from "../state/actions";
import { shotsAtWork } from "../state/jobs";
import * as session from "../state/session";
import { Icon } from "./icons";

const ROW = 56; // pixels
const MARGIN = 4; // rows that are kept beyond what is seen
const WISHES = ["darker", "brighter", "softer", "bigger", "no drums", "no melody", "only strings"];

export function Shots() {
  return (
    <div class="shots">
      {session.chosenShot.value && session.heard.value && <Chosen key={session.chosenShot.value.number} shot={session.chosenShot.value} />}
      {session.chosenShot.value && !session.heard.value && <Plain shot={session.chosenShot.value} />}
      <ShotList />
    </div>
  );
}

function Head({ shot, children }: { shot: Shot; children?: preact.ComponentChildren }) {
  return (
    <header class="shot-head">
      <div>
        <h2>
          Shot {shot.number} <span class="faint numbers">{spanInWords(shot.end - shot.start)}</span>
        </h2>
        <p class="quiet">{shot.name}</p>
      </div>
      {children}
    </header>
  );
}

function Plain({ shot }: { shot: Shot }) {
  return (
    <section class="card stack" aria-label={`Shot ${shot.number}`}>
      <Head shot={shot} />
      {session.edit.value?.plan && <p class={shot.cut && isMiss(shot.cut) ? "alert-text" : "quiet"}>{cutInWords(shot)}</p>}
    </section>
  );
}

function Chosen({ shot }: { shot: Shot }) {
  const words = session.shotWords.value.get(shot.number) ?? "";
  const setWords = (text: string) => (session.shotWords.value = new Map(session.shotWords.value).set(shot.number, text));
  const why = session.locks.value.get(shot.number);
  const working = shotsAtWork.value.has(shot.number);
  const asked = words.split(",").map((part) => part.trim()).filter(Boolean);
  const toggle = (wish: string) =>
    setWords((asked.includes(wish) ? asked.filter((one) => one !== wish) : [...asked, wish]).join(", "));
  const submit = (event: Event) => {
    event.preventDefault();
    void rescore(shot.number, words.trim() ? { brief: words.trim() } : {});
  };
  const section = session.edit.value?.sections.find((one) => one.start <= shot.start + 1e-3 && one.end > shot.start + 1e-3);
  return (
    <form class="card stack" aria-label={`Shot ${shot.number}`} onSubmit={submit}>
      <Head shot={shot}>
        <button
          type="button"
          class="button plain icon"
          aria-pressed={why !== undefined}
          aria-label={`Lock shot ${shot.number}`}
          title={why ? `Locked: ${why}` : "Lock: no command changes its music (Shift+L)"}
          onClick={() => void setLock(shot.number, why === undefined)}
        >
          <Icon name={why ? "lock" : "unlock"} />
        </button>
      </Head>
      <p class={shot.cut && isMiss(shot.cut) ? "alert-text" : "quiet"}>{cutInWords(shot)}</p>
      {section && <p class="faint">Asked for here: {section.caption}.</p>}
      <div class="field">
        <label for="shot-brief">What should change in this shot?</label>
        <input
          id="shot-brief"
          type="text"
          placeholder="Nothing in particular: another idea"
          value={words}
          disabled={why !== undefined}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <div class="chips" role="group" aria-label="Wishes">
        {WISHES.map((wish) => (
          <button
            type="button"
            key={wish}
            class="chip"
            aria-pressed={asked.includes(wish)}
            disabled={why !== undefined}
            onClick={() => toggle(wish)}
          >
            {capital(wish)}
          </button>
        ))}
      </div>
      <button id="rescore" class="button primary wide tall" type="submit" disabled={why !== undefined || working}>
        <Icon name="again" />
        {why !== undefined ? "Locked" : working ? "Being scored anew" : `Re-score shot ${shot.number}`}
      </button>
    </form>
  );
}

/** Only the rows that can be seen are there; the list is one stop for the keyboard, arrows go through it. */
function ShotList() {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(400);
  const shots = session.edit.value?.shots ?? [];

  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const measure = new ResizeObserver(() => (height.value = element.clientHeight));
    measure.observe(element);
    return () => measure.disconnect();
  }, []);
  useSignalEffect(() => {
    const number = session.chosen.value;
    const element = box.current;
    if (number === null || !element) return;
    const at = (number - 1) * ROW;
    if (at < element.scrollTop || at + ROW > element.scrollTop + element.clientHeight) element.scrollTop = at - ROW;
  });

  const first = Math.max(0, Math.floor(top.value / ROW) - MARGIN);
  const last = Math.min(shots.length, Math.ceil((top.value + height.value) / ROW) + 1 + MARGIN);
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -shots.length, End: shots.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    choose(shots[Math.min(shots.length, Math.max(1, (session.chosen.value ?? 0) + step)) - 1]);
  };
  return (
    <div
      ref={box}
      class="shot-list"
      role="listbox"
      tabIndex={0}
      aria-label="Shots"
      aria-activedescendant={session.chosen.value === null ? undefined : `shot-${session.chosen.value}`}
      onScroll={(event) => (top.value = Math.floor(event.currentTarget.scrollTop / ROW) * ROW)}
      onKeyDown={keys}
    >
      <div style={{ height: `${shots.length * ROW}px` }}>
        {shots.slice(first, last).map((shot) => (
          <Row key={shot.number} shot={shot} of={shots.length} />
        ))}
      </div>
    </div>
  );
}

function choose(shot: Shot | undefined): void {
  if (!shot) return;
  session.chosen.value = shot.number;
  if (!session.player.playing.value) session.player.seek(shot.start);
}

function Row({ shot, of }: { shot: Shot; of: number }) {
  const picture = session.pictures.value.get(shot.number);
  return (
    <div
      id={`shot-${shot.number}`}
      class="shot-row"
      role="option"
      aria-selected={session.chosen.value === shot.number}
      aria-setsize={of}
      aria-posinset={shot.number}
      style={{ transform: `translateY(${(shot.number - 1) * ROW}px)` }}
      onClick={() => choose(shot)}
    >
      <span class="thumb">{picture ? <img src={picture} alt="" decoding="async" /> : null}</span>
      <span class="shot-words">
        <span class="cut">
          <b class="numbers">{shot.number}</b> {shot.name}
        </span>
        <span class="faint numbers">{shot.timecode}</span>
      </span>
      <Met shot={shot} />
    </div>
  );
}

/** The sign of the timeline for how a cut met the beat, with its meaning for those who cannot see it. */
function Met({ shot }: { shot: Shot }) {
  const locked = session.locks.value.has(shot.number);
  const kind = shot.cut === null ? "none" : isMiss(shot.cut) ? "miss" : shot.cut.on;
  return (
    <span class="met" title={cutInWords(shot)}>
      {locked && (
        <span class="met-lock" title="Locked">
          <Icon name="lock" />
        </span>
      )}
      {kind !== "none" && <i class={kind} />}
      <span class="unseen">
        {locked ? "Locked. " : ""}
        {cutInWords(shot)}
      </span>
    </span>
  );
}
