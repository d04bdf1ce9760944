// Work in progress, trouble, and the state of the connection: one place, under the header.

import { useEffect } from "preact/hooks";
import { cancel, daemon, link, troubleOf } from "../api/gateway";
import type { JobState, Problem } from "../api/messages";
import { leftInWords } from "../music/time";
import { stageInWords } from "../music/words";
import { askedShots, dismiss, failed, running } from "../state/jobs";
import * as session from "../state/session";
import { Icon } from "./icons";

const SAID_FOR = 6000; // ms

export function Work() {
  return (
    <section class="work" aria-label="Work in progress">
      <Connection />
      {running.value.map((job) => (
        <Progress key={job.id} job={job} />
      ))}
      {failed.value.map((job) => (
        <Notice key={job.id} problem={job.error} onClose={() => dismiss(job.id)} />
      ))}
      {session.trouble.value && <Notice problem={session.trouble.value} onClose={() => (session.trouble.value = null)} />}
      <Said />
    </section>
  );
}

/** What was just done: said for a moment, to eyes and to screen readers. */
function Said() {
  const words = session.said.value;
  useEffect(() => {
    if (!words) return;
    const end = setTimeout(() => (session.said.value = ""), SAID_FOR);
    return () => clearTimeout(end);
  }, [words]);
  return (
    <p class={words ? "said on" : "said"} role="status">
      {words}
    </p>
  );
}

function Connection() {
  if (link.value === "refused") {
    return (
      <div class="notice alert" role="alert">
        <p>
          <b>This panel has no key to the music service.</b>
        </p>
        <p class="quiet">Open it again from your editing program, or with the command “vem panel”.</p>
      </div>
    );
  }
  if (link.value !== "away") return null;
  return (
    <div class="notice" role="status">
      <p>
        <b>The music service is away.</b>
      </p>
      <p class="quiet">Its jobs are kept, and the panel finds it when it is back. If it stays away, start it: “vem daemon start”.</p>
    </div>
  );
}

function Progress({ job }: { job: JobState }) {
  const percent = Math.round(job.fraction * 100);
  const queued = job.state === "queued";
  const stop = () => void cancel(job.id).catch((error: unknown) => (session.trouble.value = troubleOf(error)));
  return (
    <div class="job">
      <div class="job-words">
        <b>{titleOf(job)}</b>
        <span class="quiet cut">{queued ? waitingWords() : stageInWords(job.stage)}</span>
        <span class="faint numbers">
          {queued ? "" : [`${percent} %`, leftInWords(job.seconds_left)].filter(Boolean).join(", ")}
        </span>
      </div>
      <button class="button plain" onClick={stop}>
        Cancel
      </button>
      <div class="progress" role="progressbar" aria-label={titleOf(job)} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
        <i style={{ transform: `scaleX(${Math.max(0.01, job.fraction)})` }} />
      </div>
    </div>
  );
}

function waitingWords(): string {
  return daemon.value?.workers.models === "loading" ? "The models are being loaded" : "Waiting for its turn";
}

function titleOf(job: JobState): string {
  const shot = askedShots.value.get(job.id);
  const file = (job.edit.split(/[\\/]/).at(-1) ?? job.edit).replace(/\.[^.]+$/, "");
  if (job.kind === "rescore") return shot === undefined ? `Re-scoring ${file}` : `Re-scoring shot ${shot}`;
  return job.kind === "reconform" ? `Fitting the music to ${file}` : `Scoring ${file}`;
}

function Notice({ problem, onClose }: { problem: Problem | null; onClose: () => void }) {
  if (!problem) return null;
  return (
    <div class="notice alert" role="alert">
      <p>
        <b>{problem.message}</b>
      </p>
      {problem.where && <p class="faint">{problem.where}</p>}
      <p class="quiet">{problem.remedy || "Try again; if it stays, restart the music service."}</p>
      <div class="actions">
        <button class="button plain icon" aria-label="Put this message away" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
    </div>
  );
}
