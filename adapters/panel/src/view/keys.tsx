// Keys, as editors know them. Where something is being typed, they are letters.

import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { listenTo, rescore, setLock, undo } from "../state/actions";
import * as session from "../state/session";
import { zoomBy } from "./timeline/timeline";
import { goToCut, playOrPause, toggleLoop } from "./transport";

export const helpShown = signal(false);

const KEYS: [string, string][] = [
  ["Space or K", "Play, pause"],
  ["J, L", "A second back, on"],
  ["Left, Right", "A frame back, on"],
  ["Up, Down", "Cut before, cut after"],
  ["Home, End", "To the beginning, to the end"],
  ["A, B", "Hear take A, take B"],
  ["Page Up, Page Down", "Choose the shot before, after"],
  ["R", "Score the chosen shot anew"],
  ["Shift+L", "Lock the chosen shot"],
  ["O", "Repeat the chosen shot"],
  ["Ctrl+Z", "Undo"],
  ["+, -, 0", "Zoom in, out, whole edit"],
];

export function listenToKeys(): () => void {
  window.addEventListener("keydown", press);
  return () => window.removeEventListener("keydown", press);
}

function press(event: KeyboardEvent): void {
  const at = event.target as HTMLElement;
  if (at.matches("textarea, select, input:not([type=range]):not([type=checkbox]), dialog *") || session.edit.value === null) return;
  if (event.key === " " && at.matches("button, summary, input[type=checkbox]")) return;
  const act = actionOf(event, at);
  if (!act) return;
  event.preventDefault();
  act();
}

function actionOf(event: KeyboardEvent, at: HTMLElement): (() => void) | undefined {
  const onSlider = at.matches("input[type=range]:not(.scrub)");
  const command = event.ctrlKey || event.metaKey;
  if (command) return event.key.toLowerCase() === "z" && session.held.value?.change ? () => void undo() : undefined;
  if (event.altKey) return undefined;
  const { player } = session;
  const clock = session.edit.value?.clock;
  const frame = 1 / (clock?.rate ?? 25);
  const by = (seconds: number) => () => player.seek(session.playhead.value + seconds);
  const shot = session.chosenShot.value;
  const inTabs = at.matches("[role=tab]");
  switch (event.key) {
    case " ": case "k": return playOrPause;
    case "j": return by(-1);
    case "l": return by(1);
    case "ArrowLeft": return onSlider || inTabs ? undefined : by(-frame);
    case "ArrowRight": return onSlider || inTabs ? undefined : by(frame);
    case "ArrowUp": return onSlider ? undefined : () => goToCut(-1);
    case "ArrowDown": return onSlider ? undefined : () => goToCut(1);
    case "Home": return onSlider ? undefined : () => player.seek(0);
    case "End": return onSlider ? undefined : () => player.seek(player.duration);
    case "PageUp": return () => chooseBy(-1);
    case "PageDown": return () => chooseBy(1);
    case "a": return () => listenTo("A");
    case "b": return () => listenTo("B");
    case "o": return shot ? toggleLoop : undefined;
    case "r": return shot && !session.locks.value.has(shot.number) && session.heard.value ? () => void rescore(shot.number, wordsFor(shot.number)) : undefined;
    case "L": return shot && session.heard.value ? () => void setLock(shot.number, !session.locks.value.has(shot.number)) : undefined;
    case "+": case "=": return () => zoomBy(1.6);
    case "-": return () => zoomBy(1 / 1.6);
    case "0": return () => zoomBy(0);
    case "?": return () => (helpShown.value = true);
    default: return undefined;
  }
}

function wordsFor(shot: number): { brief?: string } {
  const brief = session.shotWords.value.get(shot)?.trim();
  return brief ? { brief } : {};
}

function chooseBy(step: number): void {
  const shots = session.edit.value?.shots ?? [];
  const number = Math.min(shots.length, Math.max(1, (session.chosen.value ?? 0) + step));
  session.chosen.value = number;
  session.tab.value = "shots";
  const shot = shots[number - 1];
  if (shot && !session.player.playing.value) session.player.seek(shot.start);
}

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helpShown.value) dialog.current?.showModal();
    else dialog.current?.close();
  }, [helpShown.value]);
  return (
    <dialog ref={dialog} class="help" aria-label="Keyboard" onClose={() => (helpShown.value = false)} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <h2>Keyboard</h2>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              {key.split(", ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <button class="button wide" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
