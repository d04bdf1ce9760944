// Play and go to cuts; where the playhead is, in timecode and in bars; which take is heard.

import { useSignal } from "@preact/signals";
import { placeAt, shotAt, tempoAt } from "../music/edit";
import { versionOf } from "../music/words";
import { listenTo } from "../state/actions";
import * as session from "../state/session";
import { Icon } from "./icons";

export function playOrPause(): void {
  if (session.player.playing.value) session.player.pause();
  else void session.player.play();
}

/** Go to the cut before or after the playhead. */
export function goToCut(direction: 1 | -1): void {
  const edit = session.edit.value;
  if (!edit) return;
  const now = session.playhead.value;
  const cuts = [...edit.shots.map((shot) => shot.start), edit.duration];
  const to = direction > 0 ? cuts.find((cut) => cut > now + 1e-3) : cuts.findLast((cut) => cut < now - 0.15);
  if (to !== undefined) session.player.seek(to);
}

export function toggleLoop(): void {
  session.looping.value = !session.looping.value;
}

export function Transport() {
  const playing = session.player.playing.value;
  const silent = session.heard.value === null;
  return (
    <div class="transport" role="group" aria-label="Playback">
      <div class="transport-buttons">
        <button class="button plain icon" aria-label="Previous cut" title="Previous cut (up)" onClick={() => goToCut(-1)}>
          <Icon name="previous" />
        </button>
        <button
          class="button icon play"
          aria-label={playing ? "Pause" : "Play"}
          title={silent ? "There is no music yet" : "Play or pause (space)"}
          disabled={silent}
          onClick={playOrPause}
        >
          <Icon name={playing ? "pause" : "play"} />
        </button>
        <button class="button plain icon" aria-label="Next cut" title="Next cut (down)" onClick={() => goToCut(1)}>
          <Icon name="next" />
        </button>
      </div>
      <Counter />
      <div class="transport-end">
        <Sides />
        <button
          class="button plain icon"
          aria-label="Repeat the chosen shot"
          title="Repeat the chosen shot (O)"
          aria-pressed={session.looping.value}
          disabled={session.chosen.value === null}
          onClick={toggleLoop}
        >
          <Icon name="loop" />
        </button>
        <Volume />
      </div>
    </div>
  );
}

function Counter() {
  const edit = session.edit.value;
  if (!edit) return null;
  const now = session.playhead.value;
  return (
    <div class="counter numbers">
      <b>{edit.clock.timecode(now)}</b>
      {edit.plan && <Beat now={now} />}
    </div>
  );
}

/** The bar, a dot for each of its beats, and the tempo there. */
function Beat({ now }: { now: number }) {
  const edit = session.edit.value;
  if (!edit?.plan) return null;
  const place = /bar (\d+), beat (\d+)/.exec(placeAt(edit.plan, Math.min(now, edit.duration - 1e-3)));
  const [bar, beat] = [Number(place?.[1] ?? 1), Number(place?.[2] ?? 1)];
  const beats = edit.plan.bars.find((one) => one.number === bar)?.beats ?? 4;
  return (
    <span class="beat" aria-hidden="true">
      <span class="bar">{bar}</span>
      <span class="dots">
        {Array.from({ length: beats }, (_, at) => (
          <i key={at} class={at + 1 === beat ? "on" : ""} />
        ))}
      </span>
      <span class="bpm">{tempoAt(edit.plan, now).toFixed(1)}</span>
    </span>
  );
}

function Sides() {
  const { A, B } = session.sides.value;
  if (A === null) return null;
  const name = (id: string | null) => versionOf(session.takes.value.find((take) => take.take === id)?.name ?? "");
  return (
    <div class="tabs sides" role="group" aria-label="Take that is heard">
      {(["A", "B"] as const).map((one) => {
        const id = one === "A" ? A : B;
        return (
          <button
            key={one}
            aria-pressed={session.side.value === one}
            disabled={id === null}
            title={id === null ? "Choose a take to compare with, under Takes" : `Hear ${name(id)} (${one})`}
            aria-label={id === null ? "B: no take to compare with" : `${one}: ${name(id)}`}
            onClick={() => listenTo(one)}
          >
            <b>{one}</b> <span class="side-name">{name(id)}</span>
          </button>
        );
      })}
    </div>
  );
}

function Volume() {
  const volume = useSignal(1);
  const set = (value: number) => {
    volume.value = value;
    session.player.setVolume(value);
  };
  return (
    <span class="volume">
      <Icon name="speaker" />
      <input
        type="range"
        aria-label="Volume"
        min={0}
        max={1}
        step={0.02}
        value={volume.value}
        onInput={(event) => set(Number(event.currentTarget.value))}
      />
    </span>
  );
}

/** The stretch that is repeated: the chosen shot, or the one under the playhead. */
export function loopOf(): [number, number] | null {
  if (!session.looping.value || !session.edit.value) return null;
  const shot = session.chosenShot.value ?? shotAt(session.edit.value, session.playhead.peek());
  return shot ? [shot.start, shot.end] : null;
}
