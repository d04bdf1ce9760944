// The first page: drop an edit, or find it in the folders that the daemon may read.

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { handOver, lookInto } from "../api/files";
import { link, troubleOf } from "../api/gateway";
import type { FolderListing } from "../api/messages";
import * as host from "../host";
import { open } from "../state/actions";
import * as session from "../state/session";
import { Icon } from "./icons";

const RECENT = "vem-recent";
const MOST_RECENT = 5;

export function Open() {
  const over = useSignal(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    over.value = false;
    void take(event.dataTransfer?.files[0]);
  };
  return (
    <main
      class={over.value ? "open over" : "open"}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => (over.value = false)}
      onDrop={drop}
    >
      <div class="open-inside stack">
        <label class="drop">
          <Icon name="music" />
          <b>Drop an edit here</b>
          <span class="quiet">A timeline of Resolve, Premiere, Final Cut, Avid, Kdenlive or Shotcut, or a video.</span>
          <span class="button" aria-hidden="true">
            Choose a file
          </span>
          <input class="unseen" type="file" onChange={(event) => void take(event.currentTarget.files?.[0])} />
        </label>
        {host.program.value && (
          <button class="button primary tall wide" onClick={host.askForEdit}>
            Use the open sequence
          </button>
        )}
        <Recent />
        {link.value === "open" && <Folders />}
      </div>
    </main>
  );
}

/** A dropped file has no path here: the daemon gets its content. */
async function take(file: File | undefined): Promise<void> {
  if (!file) return;
  try {
    await openAndRemember(await handOver(file));
  } catch (error) {
    session.trouble.value = troubleOf(error);
  }
}

export async function openAndRemember(path: string): Promise<void> {
  await open(path);
  if (session.path.value === null) return;
  const recent = [path, ...recentEdits().filter((one) => one !== path)].slice(0, MOST_RECENT);
  localStorage.setItem(RECENT, JSON.stringify(recent));
}

function recentEdits(): string[] {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]") as string[];
  } catch {
    return [];
  }
}

function Recent() {
  const recent = recentEdits();
  if (!recent.length) return null;
  return (
    <section aria-label="Opened before">
      <h2 class="label">Opened before</h2>
      <ul class="files">
        {recent.map((path) => (
          <FileRow key={path} icon="music" name={path.split(/[\\/]/).at(-1) ?? path} note={path} onClick={() => void openAndRemember(path)} />
        ))}
      </ul>
    </section>
  );
}

function Folders() {
  const listing = useSignal<FolderListing | null>(null);
  const look = async (path: string | null) => {
    try {
      listing.value = await lookInto(path);
    } catch (error) {
      session.trouble.value = troubleOf(error);
    }
  };
  useEffect(() => void look(null), []);
  const now = listing.value;
  if (!now) return null;
  return (
    <section aria-label="Folders">
      <h2 class="label cut" title={now.path ?? ""}>
        {now.path ?? "Your folders"}
      </h2>
      <ul class="files">
        {now.path !== null && <FileRow icon="up" name="Up" onClick={() => void look(now.parent)} />}
        {now.edits.map((file) => (
          <FileRow key={file.path} icon="music" name={file.name} note={file.scored ? "scored" : ""} onClick={() => void openAndRemember(file.path)} />
        ))}
        {now.folders.map((folder) => (
          <FileRow key={folder.path} icon="folder" name={folder.name} onClick={() => void look(folder.path)} />
        ))}
      </ul>
    </section>
  );
}

function FileRow({ icon, name, note, onClick }: { icon: "music" | "folder" | "up"; name: string; note?: string; onClick: () => void }) {
  return (
    <li>
      <button class="file" onClick={onClick}>
        <Icon name={icon} />
        <span class="cut">{name}</span>
        {note && <span class="faint cut">{note}</span>}
      </button>
    </li>
  );
}
