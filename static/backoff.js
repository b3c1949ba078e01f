/**
 * How long to wait before trying again. Full jitter, on the first attempt too: when a server restarts, everybody
 * returns at once, and only a random spread keeps that from being a second outage.
 */

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/**
 * @param {number} attempt 0 for the first try
 * @param {() => number} random in [0, 1)
 * @param {number} [floor] milliseconds to wait in any case; the jitter comes on top
 * @returns {number} milliseconds
 */
export function jitter(attempt, random, floor = 0) {
  // 2^16 is already past the longest wait; the bound keeps the power finite.
  const span = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return floor + Math.floor(random() * span);
}
