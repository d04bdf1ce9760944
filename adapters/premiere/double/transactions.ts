/**
 * Locks, transactions and actions, with Premiere's rules.
 *
 * From 26.3 an action is made inside `lockedAccess` only, and is good in that lock alone; in every version it is added
 * to a transaction once, transactions run inside a lock, and all their actions are done or none. Nothing that an action
 * does can be seen before its transaction is over: so a marker made in one is coloured in a second.
 */

import { API, type Played } from "./guard";

/** Does something and gives how to undo it. */
type Doing = () => () => void;

export class Action implements Played {
  readonly [API] = "Action";
  used = false;
  constructor(
    readonly lock: number,
    readonly act: Doing,
  ) {}
}

export class CompoundAction implements Played {
  readonly [API] = "CompoundAction";
  readonly actions: Action[] = [];
  open = true;
  constructor(private readonly locks: Locks) {}

  get empty(): boolean {
    return this.actions.length === 0;
  }
  addAction(action: Action): boolean {
    if (!this.open) throw new Error("The transaction is over.");
    if (action.used) throw new Error("This action has been added before.");
    if (this.locks.strict && action.lock !== this.locks.number) throw new Error("The action is of another lock.");
    action.used = true;
    this.actions.push(action);
    return true;
  }
}

interface Step {
  readonly text: string;
  readonly undo: () => void;
}

export class Locks {
  /** Number of the lock that is held; 0 outside. */
  number = 0;
  /** What can be undone, oldest first. */
  readonly history: Step[] = [];
  private count = 0;
  private running = false;

  /** `strict`: as of 26.3. */
  constructor(readonly strict: boolean) {}

  /** Make an action: every `create...Action` of the double ends here. */
  action(act: Doing): Action {
    if (this.strict && this.number === 0) throw new Error("An action must be created inside lockedAccess.");
    return new Action(this.number, act);
  }

  lockedAccess(callback: () => void): void {
    if (this.number !== 0) throw new Error("lockedAccess inside lockedAccess.");
    this.count += 1;
    this.number = this.count;
    try {
      callback();
    } finally {
      this.number = 0;
    }
  }

  /** False if the program refuses one of the actions; then none is done. */
  executeTransaction(callback: (together: CompoundAction) => void, text = ""): boolean {
    if (this.number === 0) throw new Error("executeTransaction outside of lockedAccess.");
    if (this.running) throw new Error("executeTransaction inside executeTransaction.");
    const together = new CompoundAction(this);
    this.running = true;
    try {
      callback(together);
    } finally {
      together.open = false;
      this.running = false;
    }
    const undone: (() => void)[] = [];
    const undo = () => undone.splice(0).reverse().forEach((back) => back());
    try {
      for (const { act } of together.actions) undone.push(act());
    } catch (refusal) {
      undo();
      if (refusal instanceof Refused) return false;
      throw refusal;
    }
    this.history.push({ text, undo });
    return true;
  }

  /** Edit > Undo. */
  undo(): void {
    this.history.pop()?.undo();
  }
}

/** Thrown by an action that the program would not do, such as one on a locked track. */
export class Refused extends Error {}
