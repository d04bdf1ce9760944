// Starts the panel: takes its key out of the address, listens to the daemon, and keeps player and playhead in step.

import { effect } from "@preact/signals";
import { render } from "preact";
import { admit, listen } from "./api/gateway";
import * as host from "./host";
import { followJobs } from "./state/actions";
import * as session from "./state/session";
import "./style/tokens.css";
import "./style/controls.css";
import "./style/panel.css";
import { App } from "./view/app";
import { listenToKeys } from "./view/keys";
import { openAndRemember } from "./view/open";
import { loopOf } from "./view/transport";

const fragment = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname);

effect(() => session.player.mix(session.levels.value));
effect(() => {
  session.player.loop = loopOf();
});
effect(() => {
  const broken = session.player.trouble.value;
  if (broken === null) return;
  session.trouble.value = {
    code: "sound",
    message: "A sound file of this take cannot be read.",
    where: broken instanceof Error ? broken.message : "",
    remedy: "Bring the take's folder back from a backup, or score the edit again.",
  };
});

function followPlayer(): void {
  const now = session.player.time;
  if (now !== session.playhead.peek()) session.playhead.value = now;
  requestAnimationFrame(followPlayer);
}

followJobs();
listenToKeys();
followPlayer();
render(<App />, document.getElementById("panel") as HTMLElement);

await admit(fragment);
listen();
host.connect(fragment.get("host"));
const edit = fragment.get("edit");
if (edit) void openAndRemember(edit);
