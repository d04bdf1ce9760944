/** What can go wrong in front of Premiere, said so that an editor knows what to do. */

/** Kinds as in `vem_adapters.errors`: the program is not there, it refused, or this version lacks something. */
export type ErrorKind = "HostAbsent" | "HostRefused" | "HostLacks";

/** An error with a remedy. A host operation that throws one has changed nothing, or says in the remedy what to undo. */
export class HostError extends Error {
  constructor(
    readonly kind: ErrorKind,
    message: string,
    readonly remedy: string,
    readonly where: string = "",
  ) {
    super(message);
    this.name = kind;
  }
}

/** Any thrown value as a `HostError`; what Premiere throws itself becomes a refusal. */
export function hostErrorOf(thrown: unknown): HostError {
  if (thrown instanceof HostError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HostError("HostRefused", `Premiere refused: ${message}`, "Save the project and try again.");
}
