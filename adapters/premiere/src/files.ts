/** The few file operations that are needed. UXP's are in `uxp_files.ts`; tests bring Node's. */

export interface Files {
  /** The text of a file; null if there is none. */
  read(path: string): Promise<string | null>;
  write(path: string, text: string): Promise<void>;
  /** Make a folder, and those above it, unless it is there. */
  makeFolder(path: string): Promise<void>;
  /** Remove a file if it is there. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
}

/** A file below a folder, with the folder's own kind of slash. */
export function below(folder: string, name: string): string {
  const slash = folder.includes("\\") ? "\\" : "/";
  return folder.endsWith(slash) ? folder + name : folder + slash + name;
}

/** A name that every system takes as a file's, and that survives in file URLs. */
export function fileName(name: string): string {
  const plain = name.replace(/[\\/:*?"<>|#%\u0000-\u001f]/g, "_").replace(/[. ]+$/, "").trim();
  return plain === "" ? "sequence" : plain;
}
