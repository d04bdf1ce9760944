// The header: which edit, which take, and what is one click away from everywhere.

import { daemon, link } from "../api/gateway";
import { versionOf } from "../music/words";
import { undo } from "../state/actions";
import * as session from "../state/session";
import * as host from "../host";
import { Icon, Mark } from "./icons";
import { helpShown } from "./keys";

export function Header() {
  const edit = session.edit.value;
  const take = session.heard.value;
  return (
    <header class="header">
      <Mark />
      <div class="header-words">
        <h1 class="cut">{edit?.name || fileName(session.path.value) || "vem"}</h1>
        <p class="faint cut numbers">{take ? factsOf() : edit ? `${edit.shots.length} shots, no music yet` : "music for your edit"}</p>
      </div>
      <span class="spring" />
      {host.program.value && take && (
        <button class="button" aria-label="Place in sequence" title="Place in sequence" onClick={host.place}>
          <Icon name="place" /> <span class="wide-only">Place in sequence</span>
        </button>
      )}
      {session.held.value?.change && (
        <button class="button plain" onClick={() => void undo()} title="Put the take before back into the timeline (Ctrl+Z)">
          <Icon name="undo" /> <span>Undo</span>
        </button>
      )}
      {session.path.value && (
        <button class="button plain icon" aria-label="Open another edit" title="Open another edit" onClick={session.closeEdit}>
          <Icon name="folder" />
        </button>
      )}
      <button class="button plain icon wide-only" aria-label="Keyboard" title="Keyboard (?)" onClick={() => (helpShown.value = true)}>
        <Icon name="keys" />
      </button>
      <Light />
    </header>
  );
}

function factsOf(): string {
  const take = session.heard.value;
  if (!take) return "";
  const name = versionOf(take.name);
  return [name, `${take.plan.base_bpm.toFixed(1)} bpm`, take.plan.metre, `${take.style}, ${take.mode}`].join(" · ");
}

function fileName(path: string | null): string {
  return path?.split(/[\\/]/).at(-1) ?? "";
}

/** The state of the connection: a point of light, and its meaning in words. */
function Light() {
  const models = daemon.value?.workers.models;
  const words = {
    connecting: "Looking for the music service",
    away: "The music service is away",
    refused: "No key to the music service",
    open: models === "warm" ? "Ready" : models === "loading" ? "Ready; the models are still loading" : "Ready",
  }[link.value];
  return (
    <span class={`light is-${link.value}`} title={words} role="img" aria-label={words} />
  );
}
