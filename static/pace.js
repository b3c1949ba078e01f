/**
 * A brake on what this client sends, set below the server's own limit (20 in a burst, 5 a second): someone who types
 * fast, or a return with many rooms, must never read "too fast" for something the machine did.
 */

const BURST = 15;
const PER_SECOND = 4;

export class Pace {
  /** @type {Array<() => void>} */
  #waiting = [];
  #tokens = BURST;
  #filled = 0;
  /** @type {null | (() => void)} */
  #cancel = null;

  /**
   * @param {() => number} now monotonic milliseconds
   * @param {(ms: number, run: () => void) => () => void} after returns the way to cancel
   */
  constructor(now, after) {
    this.now = now;
    this.after = after;
  }

  /**
   * Runs the task now, or in its turn once there is room again.
   * @param {() => void} task
   */
  run(task) {
    this.#waiting.push(task);
    this.#drain();
  }

  /** Forgets what waits and starts full: a new connection has a new allowance. */
  reset() {
    this.#waiting = [];
    this.#tokens = BURST;
    this.#filled = this.now();
    this.#cancel?.();
    this.#cancel = null;
  }

  #drain() {
    const at = this.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((at - this.#filled) / 1000) * PER_SECOND);
    this.#filled = at;
    while (this.#waiting.length > 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      this.#waiting.shift()?.();
    }
    if (this.#waiting.length > 0 && !this.#cancel) {
      this.#cancel = this.after(1000 / PER_SECOND, () => {
        this.#cancel = null;
        this.#drain();
      });
    }
  }
}
