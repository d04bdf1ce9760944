/** Files in the project panel. `importFiles` tells no items, so an imported file is found again by its path. */

import type { ClipProjectItem, FolderItem, premierepro, Project, ProjectItem } from "@adobe/premierepro";

import { HostError } from "./errors";
import { MUSIC_NAME } from "./names";
import { change, type OpenSequence } from "./sequence";

/** The project item of a file: the one that is there, else a new one in the bin "VEM Music". */
export async function itemOfFile(open: OpenSequence, path: string): Promise<ProjectItem> {
  const there = await findItem(open, path);
  if (there) return there;
  const root = await open.project.getRootItem();
  const former = await musicBin(open, root);
  const bin = former ?? (await madeBin(open, root));
  const accepted = await open.project.importFiles([path], true, bin, false);
  const item = accepted ? await findItem(open, path) : null;
  if (item) return item;
  if (!former) change(open, `Remove bin ${MUSIC_NAME}`, (add) => add(root.createRemoveItemAction(bin)));
  throw new HostError("HostRefused", "Premiere did not import the music.", "Import the file by hand.", path);
}

/** The path of a project item's media file; empty where it has none (a sequence, a title, a colour). */
export async function mediaPathOf(ppro: premierepro, item: ProjectItem): Promise<string> {
  const clip: ClipProjectItem | null = ppro.ClipProjectItem.cast(item);
  if (!clip || (await clip.isSequence())) return "";
  return (await clip.getMediaFilePath()) ?? "";
}

/** Whether two paths name one file. Windows writes slashes both ways and minds no case; macOS may decompose letters. */
export function samePath(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(path: string): string {
  const slashed = path.replace(/^\\\\\?\\/, "").replace(/\\/g, "/").normalize("NFC");
  return /^[A-Za-z]:\//.test(slashed) || slashed.startsWith("//") ? slashed.toLowerCase() : slashed;
}

async function findItem(open: OpenSequence, path: string): Promise<ProjectItem | null> {
  for await (const item of itemsBelow(open.ppro, await open.project.getRootItem())) {
    if (item.type !== open.ppro.ProjectItem.TYPE_BIN && samePath(await mediaPathOf(open.ppro, item), path)) return item;
  }
  return null;
}

async function* itemsBelow(ppro: premierepro, folder: FolderItem): AsyncGenerator<ProjectItem> {
  for (const item of await folder.getItems()) {
    yield item;
    if (item.type === ppro.ProjectItem.TYPE_BIN) yield* itemsBelow(ppro, ppro.FolderItem.cast(item));
  }
}

async function musicBin(open: OpenSequence, root: FolderItem): Promise<ProjectItem | null> {
  const { TYPE_BIN } = open.ppro.ProjectItem;
  return (await root.getItems()).find((item) => item.type === TYPE_BIN && item.name === MUSIC_NAME) ?? null;
}

async function madeBin(open: OpenSequence, root: FolderItem): Promise<ProjectItem> {
  change(open, `Bin ${MUSIC_NAME}`, (add) => add(root.createBinAction(MUSIC_NAME, false)));
  const made = await musicBin(open, root);
  if (!made) throw new HostError("HostRefused", `Premiere made no bin "${MUSIC_NAME}".`, "Make one by hand.");
  return made;
}

/** The folder of the project file. A project that was never saved has none. */
export function folderOf(project: Project): string {
  const folder = /^(.*)[\\/][^\\/]+$/.exec(project.path ?? "")?.[1];
  if (folder === undefined) {
    throw new HostError("HostRefused", "The project has not been saved yet.", "Save it: the music is kept beside it.");
  }
  return folder;
}
