/** Premiere's time: whole ticks, 254 016 000 000 a second. */

import { API, type Played } from "./guard";

const SECOND = 254_016_000_000n;

export class TickTime implements Played {
  readonly [API] = "TickTime";
  constructor(readonly value: bigint) {}

  get ticks(): string {
    return this.value.toString();
  }
  get ticksNumber(): number {
    return Number(this.value);
  }
  get seconds(): number {
    return Number(this.value) / Number(SECOND);
  }
  add(other: TickTime): TickTime {
    return new TickTime(this.value + other.value);
  }
  subtract(other: TickTime): TickTime {
    return new TickTime(this.value - other.value);
  }
  equals(other: TickTime): boolean {
    return this.value === other.value;
  }
}

export class TickTimeDoor implements Played {
  readonly [API] = "TickTimeStatic";
  readonly TIME_ZERO = new TickTime(0n);
  readonly TIME_ONE_SECOND = new TickTime(SECOND);

  /** Only whole ticks without a sign: what the program does with others is told nowhere. */
  createWithTicks(ticks: string): TickTime {
    if (!/^\d+$/.test(ticks)) throw new Error(`"${ticks}" is no number of ticks.`);
    return new TickTime(BigInt(ticks));
  }
  createWithSeconds(seconds: number): TickTime {
    return new TickTime(BigInt(Math.round(seconds * Number(SECOND))));
  }
}
