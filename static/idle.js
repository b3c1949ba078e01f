/**
 * The lock on this side: notices that somebody is here, tells the server at most once a minute, warns 20 s before the
 * session locks. Several tabs share one session, so the server's time of locking is the truth and may move away at any
 * ping.
 */

const TELL_EVERY_MS = 60_000;
const WARN_BEFORE_MS = 20_000;

/**
 * @typedef {object} Deps
 * @property {() => number} serverNow
 * @property {(ms: number, run: () => void) => () => void} after
 * @property {() => Promise<number | null>} tell says that somebody is here; gives the new time of locking
 * @property {(warned: boolean) => void} warn
 * @property {() => void} lock
 */

export class Idle {
  #deps;
  #locksAt = 0;
  #told = -Infinity;
  #warned = false;
  #running = false;
  /** @type {null | (() => void)} */
  #cancelTell = null;
  /** @type {null | (() => void)} */
  #cancelLook = null;

  /** @param {Deps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  start() {
    this.#running = true;
    this.#told = this.#deps.serverNow();
  }

  stop() {
    this.#running = false;
    this.#cancelTell?.();
    this.#cancelLook?.();
    this.#cancelTell = this.#cancelLook = null;
    this.#setWarned(false);
  }

  /** @param {number} at server time when the session locks */
  locksAt(at) {
    this.#locksAt = at;
    if (this.#running) this.#look();
  }

  /** The person touched the page. */
  touched() {
    if (!this.#running) return;
    const wait = this.#warned ? 0 : this.#told + TELL_EVERY_MS - this.#deps.serverNow();
    if (wait <= 0) return void this.#tell();
    // Told at the end of the minute, or the last touch in it would not count.
    this.#cancelTell ??= this.#deps.after(wait, () => void this.#tell());
  }

  async #tell() {
    this.#cancelTell?.();
    this.#cancelTell = null;
    this.#told = this.#deps.serverNow();
    const at = await this.#deps.tell();
    if (at !== null && this.#running) this.locksAt(at);
  }

  #look() {
    this.#cancelLook?.();
    this.#cancelLook = null;
    const left = this.#locksAt - this.#deps.serverNow();
    if (left <= 0) {
      this.stop();
      return this.#deps.lock();
    }
    this.#setWarned(left <= WARN_BEFORE_MS);
    const next = left <= WARN_BEFORE_MS ? left : left - WARN_BEFORE_MS;
    // A sleeping machine stops timers, so never trust one for long.
    this.#cancelLook = this.#deps.after(Math.min(next, 30_000), () => this.#look());
  }

  /** @param {boolean} warned */
  #setWarned(warned) {
    if (warned === this.#warned) return;
    this.#warned = warned;
    this.#deps.warn(warned);
  }
}
