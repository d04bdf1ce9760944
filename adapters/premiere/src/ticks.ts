/**
 * Exact time in Premiere's ticks.
 *
 * A second has 254 016 000 000 ticks, so every frame of every usual rate and every sample at 44.1 or 48 kHz is a
 * whole number of them. Here ticks are BigInt, at Premiere's door strings: `ticksNumber` is exact to 9 h 51 min only.
 * Times that come from outside are fractions of a second ("1001/24000") or, where only that is known, seconds.
 */

export const TICKS_PER_SECOND = 254_016_000_000n;

/** Seconds from the first frame of the sequence: exactly as "numerator/denominator", or as a number. */
export type Time = string | number;

const FRACTION = /^(-?\d+)\/(\d+)$/;

/** Ticks nearest to a time. A number is taken as whole microseconds, which is how plans write seconds. */
export function ticksOf(time: Time): bigint {
  if (typeof time === "number") {
    if (!Number.isFinite(time)) throw new RangeError(`${time} is no time.`);
    return BigInt(Math.round(time * 1e6)) * (TICKS_PER_SECOND / 1_000_000n);
  }
  const found = FRACTION.exec(time);
  if (!found || BigInt(found[2]!) === 0n) throw new RangeError(`"${time}" is no time such as "1001/24000".`);
  return nearestQuotient(BigInt(found[1]!) * TICKS_PER_SECOND, BigInt(found[2]!));
}

/** The exact time of a number of ticks, as a reduced fraction of a second. */
export function exactSeconds(ticks: bigint): string {
  const shared = greatestDivisor(ticks < 0n ? -ticks : ticks, TICKS_PER_SECOND);
  return `${ticks / shared}/${TICKS_PER_SECOND / shared}`;
}

/** Seconds as a number, for eyes and sliders only. */
export function secondsOf(ticks: bigint): number {
  return Number(ticks / TICKS_PER_SECOND) + Number(ticks % TICKS_PER_SECOND) / Number(TICKS_PER_SECOND);
}

/** The frame number nearest to a time; the later one in the middle. */
export function frameOf(ticks: bigint, ticksPerFrame: bigint): bigint {
  return nearestQuotient(ticks, ticksPerFrame);
}

/** The start of the frame nearest to a time. */
export function toFrame(ticks: bigint, ticksPerFrame: bigint): bigint {
  return frameOf(ticks, ticksPerFrame) * ticksPerFrame;
}

/** The first frame boundary at or after a time. */
export function upToFrame(ticks: bigint, ticksPerFrame: bigint): bigint {
  const frames = floorQuotient(ticks + ticksPerFrame - 1n, ticksPerFrame);
  return frames * ticksPerFrame;
}

/** The frame rate as a reduced fraction "24000/1001" of frames a second. */
export function rateOf(ticksPerFrame: bigint): string {
  const shared = greatestDivisor(TICKS_PER_SECOND, ticksPerFrame);
  return `${TICKS_PER_SECOND / shared}/${ticksPerFrame / shared}`;
}

function floorQuotient(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  return numerator % denominator < 0n ? quotient - 1n : quotient;
}

function nearestQuotient(numerator: bigint, denominator: bigint): bigint {
  return floorQuotient(2n * numerator + denominator, 2n * denominator);
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestDivisor(b, a % b);
}
