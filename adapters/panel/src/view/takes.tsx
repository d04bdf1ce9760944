// All takes of the edit: which one the timeline holds, which two are compared, and how each came about.

import { useSignal } from "@preact/signals";
import type { ListedTake } from "../api/messages";
import { originInWords, versionOf } from "../music/words";
import { compare, pick, throwAway } from "../state/actions";
import * as session from "../state/session";
import { Icon } from "./icons";

export function Takes() {
  if (!session.takes.value.length) return <p class="quiet">There are no takes yet. Score the edit, and they are listed here.</p>;
  return (
    <div class="stack">
      <p class="faint">
        Put two takes on A and B, then press <kbd>A</kbd> and <kbd>B</kbd> while it plays: the change has no gap.
      </p>
      <ul class="takes">
        {session.takes.value.toReversed().map((take) => (
          <Take key={take.take} take={take} />
        ))}
      </ul>
    </div>
  );
}

function Take({ take }: { take: ListedTake }) {
  const sure = useSignal(false);
  const version = versionOf(take.name);
  const on = (["A", "B"] as const).filter((one) => session.sides.value[one] === take.take);
  const remove = () => {
    if (sure.value) void throwAway(take.take);
    sure.value = !sure.value;
  };
  return (
    <li class={take.held ? "take held" : "take"}>
      <div class="take-head">
        <b>{version}</b>
        {take.held && <span class="badge">in the timeline</span>}
        {take.lufs !== null && <span class="faint numbers">{take.lufs.toFixed(1)} LUFS</span>}
      </div>
      <p class="quiet">{originInWords(take)}</p>
      <div class="take-actions">
        {(["A", "B"] as const).map((one) => (
          <button
            key={one}
            class="button plain icon"
            aria-pressed={on.includes(one)}
            aria-label={`Hear ${version} as ${one}`}
            title={`Hear ${version} as ${one}`}
            onClick={() => void compare(take.take, one)}
          >
            {one}
          </button>
        ))}
        <span class="spring" />
        {!take.held && (
          <button class="button plain" onClick={remove} onBlur={() => (sure.value = false)} aria-label={sure.value ? `Really throw ${version} away` : `Throw ${version} away`}>
            {sure.value ? "Really?" : <Icon name="trash" />}
          </button>
        )}
        {!take.held && (
          <button class="button" onClick={() => void pick(take.take)} aria-label={`Put ${version} into the timeline`}>
            Use
          </button>
        )}
      </div>
    </li>
  );
}
