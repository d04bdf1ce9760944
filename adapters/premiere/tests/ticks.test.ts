import assert from "node:assert/strict";
import { test } from "node:test";

import { exactSeconds, frameOf, rateOf, secondsOf, ticksOf, toFrame, upToFrame } from "../src/ticks";

/** Ticks a frame as Adobe's documentation and the facts file list them. */
const RATES: [string, bigint][] = [
  ["24000/1001", 10_594_584_000n], ["24/1", 10_584_000_000n], ["25/1", 10_160_640_000n],
  ["30000/1001", 8_475_667_200n], ["30/1", 8_467_200_000n], ["50/1", 5_080_320_000n],
  ["60000/1001", 4_237_833_600n], ["60/1", 4_233_600_000n],
];

test("a frame of every usual rate, and a sample, are whole numbers of ticks", () => {
  for (const [rate, perFrame] of RATES) {
    const [numerator, denominator] = rate.split("/");
    assert.equal(ticksOf(`${denominator}/${numerator}`), perFrame);
    assert.equal(rateOf(perFrame), rate);
    // Ten hours in: past the reach of whole numbers in floating point.
    assert.equal(frameOf(36_000n * 60n * perFrame, perFrame), 36_000n * 60n);
    assert.equal(ticksOf(exactSeconds(863_137n * perFrame)), 863_137n * perFrame);
  }
  assert.equal(ticksOf("1/48000"), 5_292_000n);
  assert.equal(ticksOf("1/44100"), 5_760_000n);
});

test("times go to the nearest frame, before zero too", () => {
  const perFrame = 10_160_640_000n;
  assert.equal(toFrame(perFrame + perFrame / 2n - 1n, perFrame), perFrame);
  assert.equal(toFrame(perFrame + perFrame / 2n, perFrame), 2n * perFrame);
  assert.equal(toFrame(-perFrame + 1n, perFrame), -perFrame);
  assert.equal(upToFrame(perFrame + 1n, perFrame), 2n * perFrame);
  assert.equal(upToFrame(2n * perFrame, perFrame), 2n * perFrame);
});

test("seconds as numbers are taken to the microsecond; nonsense is refused", () => {
  assert.equal(ticksOf(1.5), 381_024_000_000n);
  assert.equal(secondsOf(ticksOf(35_999.999999)), 35_999.999999);
  for (const wrong of ["1", "1/0", "a/b", "1.5/2", "", Number.NaN, Infinity]) {
    assert.throws(() => ticksOf(wrong), RangeError);
  }
});
