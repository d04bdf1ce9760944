/**
 * The edit as a file, in the format that keeps most: OpenTimelineIO from Premiere 26.2, Final Cut XML where only that
 * is offered, else a walk over the tracks. What is offered is asked of the program, not of its version: Adobe's own
 * pages have told two different ones.
 */

import { HostError } from "./errors";
import { below, fileName, type Files } from "./files";
import { type OpenSequence } from "./sequence";
import { walkedSequence } from "./walk";

export type ExportWay = "otio" | "xml" | "walk";

/** The exported edit: its absolute path, the sequence's name, and how it was got. */
export interface Exported {
  readonly path: string;
  readonly name: string;
  readonly way: ExportWay;
}

/** Write the edit as it is now into a folder. An earlier export of the same sequence there is replaced. */
export async function exportEdit(open: OpenSequence, files: Files, folder: string): Promise<Exported> {
  await files.makeFolder(folder);
  const base = below(folder, fileName(open.sequence.name));
  // Whether Premiere writes over a file is told nowhere, and a stale one must never be taken for the edit.
  for (const suffix of [".otio", ".xml"]) await files.remove(base + suffix);
  const name = open.sequence.name;
  for (const way of exportWays(open)) {
    const path = base + (way === "xml" ? ".xml" : ".otio");
    if (await written(open, files, way, path)) return { path, name, way };
  }
  throw new HostError("HostRefused", "The sequence could not be exported.", "Use File > Export by hand.", base);
}

/** The ways this program offers, best first. */
export function exportWays({ ppro }: Pick<OpenSequence, "ppro">): ExportWay[] {
  const converter: Partial<typeof ppro.ProjectConverter> | undefined = ppro.ProjectConverter;
  const ways: ExportWay[] = [];
  if (typeof converter?.exportAsOpenTimelineIO === "function") ways.push("otio");
  if (typeof converter?.exportAsFinalCutProXML === "function") ways.push("xml");
  return [...ways, "walk"];
}

async function written(open: OpenSequence, files: Files, way: ExportWay, path: string): Promise<boolean> {
  const { ppro, sequence } = open;
  if (way === "walk") {
    await files.write(path, JSON.stringify(await walkedSequence(open), null, 1));
    return true;
  }
  const converter = ppro.ProjectConverter;
  const exporter = way === "otio" ? converter.exportAsOpenTimelineIO : converter.exportAsFinalCutProXML;
  try {
    return (await exporter.call(converter, sequence, path, true)) && (await files.exists(path));
  } catch {
    return false; // the next way may still work, and the walk always tells why it does not
  }
}
