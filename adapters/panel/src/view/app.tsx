// The whole panel: picture, transport and timeline on one side, what there is to say and ask on the other.

import type { ComponentType } from "preact";
import * as session from "../state/session";
import { Brief } from "./brief";
import { Header } from "./header";
import { Help } from "./keys";
import { Open } from "./open";
import { Shots } from "./shots";
import { Stage } from "./stage";
import { Sync } from "./sync";
import { Takes } from "./takes";
import { Timeline } from "./timeline/timeline";
import { Transport } from "./transport";
import { Work } from "./work";

const TABS: { name: session.Tab; title: string; view: ComponentType }[] = [
  { name: "brief", title: "Brief", view: Brief },
  { name: "shots", title: "Shots", view: Shots },
  { name: "takes", title: "Takes", view: Takes },
  { name: "sync", title: "Sync", view: Sync },
];

export function App() {
  return (
    <>
      <Header />
      <Work />
      {session.path.value === null ? <Open /> : session.edit.value === null ? <Opening /> : <Room />}
      <Help />
    </>
  );
}

function Opening() {
  return (
    <main class="opening" aria-busy="true">
      <p class="quiet">Reading the edit …</p>
    </main>
  );
}

function Room() {
  return (
    <main class="room">
      <div class="desk">
        <Stage />
        <Transport />
        <Timeline />
      </div>
      <Inspector />
    </main>
  );
}

function Inspector() {
  const shown = TABS.find((tab) => tab.name === session.tab.value) ?? TABS[0];
  const turn = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const at = TABS.findIndex((tab) => tab.name === session.tab.value);
    const next = TABS[(at + step + TABS.length) % TABS.length];
    if (!next) return;
    session.tab.value = next.name;
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  if (!shown) return null;
  const View = shown.view;
  return (
    <aside class="inspector" aria-label="Music">
      <div class="tabs" role="tablist" aria-label="Music" onKeyDown={turn}>
        {TABS.map(({ name, title }) => (
          <button
            key={name}
            id={`tab-${name}`}
            role="tab"
            aria-selected={name === shown.name}
            aria-controls="tab-panel"
            tabIndex={name === shown.name ? 0 : -1}
            onClick={() => (session.tab.value = name)}
          >
            {title}
          </button>
        ))}
      </div>
      <div id="tab-panel" class={`tab-panel ${shown.name}`} role="tabpanel" aria-labelledby={`tab-${shown.name}`} tabIndex={-1}>
        <View />
      </div>
    </aside>
  );
}
