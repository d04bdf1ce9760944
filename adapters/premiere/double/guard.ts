/**
 * The outside of the double: nothing can be reached that Adobe's types do not name, and nothing called otherwise than
 * they say. `signatures.json` is read from the types of @adobe/premierepro; `since` from Adobe's class pages.
 *
 * Inside, the double is plain objects. Outside, each is a proxy that refuses unknown names, wrong numbers and kinds of
 * arguments, writing to what is read-only, and asynchronous callbacks where Premiere runs them on the spot. A name that
 * the played version does not have yet is simply absent, as in the program.
 */

import signatures from "./signatures.json";

/** Which class of Premiere's an object plays. */
export const API = Symbol("class of Premiere's");

export interface Played {
  readonly [API]: string;
}

/** What the double refuses because the program has no such thing. */
export class NotInPremiere extends Error {}

/** What the types have but the double does not play: a gap of the double, no fault of the caller. */
export class NotPlayed extends Error {}

interface Member {
  readonly least?: number;
  readonly takes?: readonly (readonly string[])[];
  readonly property?: string;
}

type Classes = Record<string, Record<string, Member>>;
const CLASSES = signatures.classes as Classes;

/** First version of what came after 25.6 (Adobe's class pages, "Min Version"; changelog of 26.2 and 26.3). */
const SINCE: Record<string, number> = {
  "ProjectConverterStatic.exportAsOpenTimelineIO": 26.2,
  "ProjectConverterStatic.exportAsFinalCutProXML": 26.2,
  "ProjectConverterStatic.exportAAF": 26.3,
  "AudioTrack.createSetNameAction": 26.3,
  "VideoTrack.createSetNameAction": 26.3,
  "Marker.guid": 26.3,
};

/** Turns inner objects into what a plug-in may hold, and back. One guard is one running program. */
export class Guard {
  private readonly outer = new WeakMap<object, object>();
  private readonly inner = new WeakMap<object, object>();

  constructor(private readonly version: number) {}

  /** The outside of a value; objects without a class of Premiere's (and text, numbers) are their own. */
  out(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Promise) return value.then((result) => this.out(result));
    if (Array.isArray(value)) return value.map((entry) => this.out(entry));
    if (!(API in value)) return value;
    const there = this.outer.get(value);
    if (there) return there;
    const made = this.proxyOf(value as Played);
    this.outer.set(value, made);
    this.inner.set(made, value);
    return made;
  }

  /** The inside of a value that a plug-in gave. */
  in(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.in(entry));
    if (typeof value === "object" && value !== null) return this.inner.get(value) ?? value;
    return value;
  }

  private proxyOf(played: Played): object {
    const api = played[API];
    return new Proxy(played, {
      get: (target, name) => {
        // `await` asks every object for `then`, and consoles and assertions ask for symbols.
        if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
        return this.memberOf(target, api, name);
      },
      set: (_target, name) => {
        throw new NotInPremiere(`${api}.${String(name)} cannot be set.`);
      },
    });
  }

  private memberOf(target: Played, api: string, name: string): unknown {
    const member = CLASSES[api]?.[name];
    if (!member) throw new NotInPremiere(`${api}.${name} is not in ${signatures.types}.`);
    if ((SINCE[`${api}.${name}`] ?? 0) > this.version) return undefined;
    if (!(name in target)) throw new NotPlayed(`The double does not play ${api}.${name}.`);
    const value = (target as unknown as Record<string, unknown>)[name];
    if (member.property) return this.out(value);
    return (...given: unknown[]) => {
      checkArguments(`${api}.${name}`, member, given.map((argument) => this.in(argument)));
      const inside = given.map((argument) => this.argumentIn(`${api}.${name}`, argument));
      return this.out((value as (...args: unknown[]) => unknown).apply(target, inside));
    };
  }

  /** An argument as the inside takes it: a callback is handed the outside of its arguments, and must not be async. */
  private argumentIn(where: string, argument: unknown): unknown {
    if (typeof argument !== "function") return this.in(argument);
    return (...args: unknown[]) => {
      const result: unknown = argument(...args.map((value) => this.out(value)));
      if (result instanceof Promise) {
        result.catch(() => undefined);
        throw new Error(`${where}: the callback is asynchronous; it must have done everything when it returns.`);
      }
      return result;
    };
  }
}

/** An enumeration of Premiere's: unknown names are refused, and no number is what a reader of the types would guess. */
export function enumerations(): Record<string, Record<string, number>> {
  const made: Record<string, Record<string, number>> = {};
  for (const [name, members] of Object.entries(signatures.constants)) {
    const numbers = Object.fromEntries(members.map((member, index) => [member, 100 + 7 * index]));
    made[name] = refusing(`Constants.${name}`, numbers);
  }
  return refusing("Constants", made);
}

/** A plain object that refuses names it does not have. */
export function refusing<T extends object>(what: string, held: T): T {
  return new Proxy(held, {
    get(target, name) {
      if (typeof name === "string" && name !== "then" && name !== "toJSON" && !(name in target)) {
        throw new NotInPremiere(`${what}.${name} is not in ${signatures.types}.`);
      }
      return (target as Record<string | symbol, unknown>)[name];
    },
  });
}

function checkArguments(what: string, member: Member, given: readonly unknown[]): void {
  const takes = member.takes ?? [];
  const least = member.least ?? 0;
  if (given.length < least || given.length > takes.length) {
    const range = least === takes.length ? `${least}` : `${least} to ${takes.length}`;
    throw new NotInPremiere(`${what} takes ${range} arguments, not ${given.length}.`);
  }
  given.forEach((argument, index) => {
    if (argument === undefined && index >= least) return;
    if (!takes[index]!.some((kind) => isOfKind(argument, kind))) {
      throw new NotInPremiere(`${what}: argument ${index + 1} is no ${takes[index]!.join(" or ")}.`);
    }
  });
}

function isOfKind(argument: unknown, kind: string): boolean {
  if (kind.endsWith("[]")) {
    return Array.isArray(argument) && argument.every((entry) => isOfKind(entry, kind.slice(0, -2)));
  }
  if (["string", "number", "boolean", "function", "object"].includes(kind)) return typeof argument === kind;
  return typeof argument === "object" && argument !== null && (argument as Played)[API] === kind;
}
