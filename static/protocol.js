/**
 * One conversation with the server over kith.v1 that outlives its connections.
 *
 * What it promises: every command settles exactly once; a logged command is sent again with the same id until it is
 * answered; a dead link is noticed within 20 s; every attempt to connect waits a random time first; a close code that
 * says "stay away" is obeyed. It knows no DOM, no WebSocket and no clock of its own: those come as Deps, so tests can
 * drive every moment by hand.
 */

import { Outbox } from './outbox.js';
import { Pace } from './pace.js';
import { jitter } from './backoff.js';
import { uuid7 } from './uuid.js';

const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 8_000;
const HELLO_WITHIN_MS = 15_000;

/**
 * @typedef {'off' | 'waiting' | 'connecting' | 'open'} LinkState
 * @typedef {'signed_out' | 'locked' | 'too_many' | 'refused'} StopReason
 *
 * @typedef {object} Handlers
 * @property {(text: string) => void} text a text frame came
 * @property {(code: number) => void} closed the connection ended; 1006 without a close frame
 *
 * @typedef {{send(text: string): void, close(): void}} Wire
 *
 * @typedef {object} Deps
 * @property {(on: Handlers) => Wire} open starts a connection at once
 * @property {() => number} now monotonic milliseconds
 * @property {(ms: number, run: () => void) => () => void} after starts a timer, returns the way to cancel it
 * @property {() => number} random in [0, 1)
 * @property {(bytes: Uint8Array) => Uint8Array} fill puts random bytes, fit for secrets, into its argument
 * @property {() => Promise<'ok' | 'locked' | 'signed_out' | 'unreachable'>} check asks over HTTP what the session is worth
 * @property {(room: string) => {after?: string, history?: number}} joinFields how to enter a room now
 * @property {(room: string, ok: import('./frames.js').Joined) => void} joined
 * @property {(room: string, code: string) => void} joinRefused the room stays out of reach
 * @property {(line: import('./frames.js').Line) => void} heard hello, events and signals, in their order
 * @property {() => void} forget positions are worth nothing any more: enter every room afresh
 * @property {(locksAt: number) => void} locks when the session locks, server time
 * @property {(state: LinkState) => void} state of the link, or of `behind`, has changed
 * @property {(why: StopReason) => void} stopped by the server's word; `start` begins again
 */

export class Link {
  #deps;
  #outbox = new Outbox();
  #pace;
  /** @type {Wire | null} */
  #wire = null;
  /** @type {LinkState} */
  #state = 'off';
  #attempt = 0;
  #floor = 0;
  #mustCheck = false;
  /** Server time minus monotonic time, milliseconds. */
  #offset = 0;
  /** Counts connections, so that the last words of an old one are not taken for the new one's. */
  #generation = 0;
  /** The server has lost touch with its store: it shows and takes nothing. */
  #behind = false;
  /** @type {Set<string>} rooms to be in */
  #followed = new Set();
  /** @type {Set<string>} rooms this connection is in */
  #inside = new Set();
  /** @type {Map<string, () => void>} timers by purpose */
  #timers = new Map();

  /** @param {Deps} deps */
  constructor(deps) {
    this.#deps = deps;
    this.#pace = new Pace(deps.now, deps.after);
  }

  /** @returns {LinkState} */
  get state() {
    return this.#state;
  }

  get behind() {
    return this.#behind;
  }

  /** The server's clock now, milliseconds since 1970 UTC. */
  now() {
    return this.#offset + this.#deps.now();
  }

  /** @param {number} serverNow sets the clock, from any answer that carried one */
  setClock(serverNow) {
    this.#offset = serverNow - this.#deps.now();
  }

  /** Begins, or begins again after `stop` or a stop reason. Does nothing while already under way. */
  start() {
    if (this.#state !== 'off') return;
    this.#attempt = 0;
    this.#mustCheck = false;
    this.#wait();
  }

  /** Ends the connection at once and stays away. Unanswered logged commands are kept for the next `start`. */
  stop() {
    this.#dropWire();
    this.#become('off');
  }

  /** Stops and forgets every command and room: the next person must inherit nothing. */
  reset() {
    this.stop();
    this.#outbox.clear();
    this.#followed.clear();
  }

  /** Something suggests that the network changed: look sooner than planned. Still with jitter. */
  nudge() {
    if (this.#state === 'waiting') {
      this.#attempt = 0;
      this.#wait();
    } else if (this.#state === 'open') {
      this.#ping();
    }
  }

  /**
   * Keeps a room joined over every connection from now on.
   * @param {string} room
   */
  follow(room) {
    if (this.#followed.has(room)) return;
    this.#followed.add(room);
    if (this.#state === 'open') this.#join(room);
  }

  /**
   * @param {string} room
   * @param {string} [code] why its unanswered commands fail
   */
  unfollow(room, code = 'no_such_room') {
    this.#followed.delete(room);
    this.#inside.delete(room);
    this.#outbox.refuse(room, code);
  }

  /**
   * Sends a command, now or when its room is reachable.
   * @param {string} verb
   * @param {Record<string, any>} fields without `do` and `id`; must not be changed later
   * @param {{id?: string, delayed?: (code: string) => void}} [how] a given id repeats an earlier command
   * @returns {{id: string, answer: Promise<import('./outbox.js').Outcome>}} the promise never rejects
   */
  command(verb, fields, how = {}) {
    const id = how.id ?? this.newId();
    const answer = new Promise((settle) => {
      const entry = this.#outbox.add({ do: verb, id, ...fields }, settle, how.delayed);
      const reachable = this.#state === 'open' && (!entry.logged || this.#inside.has(fields.room));
      if (reachable) this.#send(entry);
      else if (!entry.logged) this.#outbox.answered(id, { error: { code: 'lost' } });
      else entry.delayed('offline');
    });
    return { id, answer };
  }

  /** A fresh command id, for callers that must know it before the command is under way. */
  newId() {
    return uuid7(this.now(), this.#deps.fill(new Uint8Array(16)));
  }

  /** @param {LinkState} state */
  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#deps.state(state);
  }

  /**
   * @param {string} purpose a second timer for the same purpose replaces the first
   * @param {number} ms
   * @param {() => void} run
   */
  #timer(purpose, ms, run) {
    this.#timers.get(purpose)?.();
    this.#timers.set(purpose, this.#deps.after(ms, run));
  }

  /** @param {string} purpose */
  #cancel(purpose) {
    this.#timers.get(purpose)?.();
    this.#timers.delete(purpose);
  }

  #wait() {
    const ms = jitter(this.#attempt, this.#deps.random, this.#floor);
    this.#attempt += 1;
    this.#floor = 0;
    this.#become('waiting');
    this.#timer('connect', ms, () => void this.#connect());
  }

  async #connect() {
    this.#become('connecting');
    const generation = ++this.#generation;
    if (this.#mustCheck) {
      const verdict = await this.#deps.check();
      if (generation !== this.#generation || this.#state !== 'connecting') return;
      if (verdict === 'unreachable') return this.#wait();
      if (verdict !== 'ok') return this.#stopFor(verdict);
    }
    this.#timer('hello', HELLO_WITHIN_MS, () => this.#lost(1006));
    this.#wire = this.#deps.open({
      text: (text) => generation === this.#generation && this.#text(text),
      closed: (code) => generation === this.#generation && this.#lost(code),
    });
  }

  #dropWire() {
    this.#generation += 1;
    for (const purpose of [...this.#timers.keys()]) this.#cancel(purpose);
    this.#wire?.close();
    this.#wire = null;
    this.#inside.clear();
    this.#behind = false;
    this.#pace.reset();
    this.#outbox.disconnected();
  }

  /** @param {number} code */
  #lost(code) {
    const floor = this.#floor;
    this.#dropWire();
    this.#floor = floor;
    if (code === 4200) return this.#stopFor('signed_out');
    if (code === 4201) return this.#stopFor('locked');
    if (code === 4202) return this.#stopFor('too_many');
    if (code >= 4200 && code < 4300) return this.#stopFor('refused');
    if (code >= 4100 && code < 4200) this.#deps.forget();
    // A revoked session is reset without a close frame, so only HTTP can tell it from a lost network.
    this.#mustCheck = code < 4000;
    this.#wait();
  }

  /** @param {StopReason} why */
  #stopFor(why) {
    this.#become('off');
    this.#deps.stopped(why);
  }

  /** @param {string} text a frame: one or more lines of JSON */
  #text(text) {
    this.#cancel('pong');
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      /** @type {any} */
      let value;
      try {
        value = JSON.parse(line);
      } catch {
        return this.#lost(1006);
      }
      const generation = this.#generation;
      this.#line(value);
      // A line may have ended this connection; what follows it in the frame is void then.
      if (generation !== this.#generation) return;
    }
  }

  /** @param {any} line */
  #line(line) {
    if (line.hello) return this.#hello(line);
    if ('answer' in line) return this.#answered(line);
    if (line.signal === 'behind') return this.#nowBehind(line.on);
    if (line.signal === 'come_back') {
      this.#floor = line.in_ms;
      return;
    }
    this.#deps.heard(line);
  }

  /**
   * What was refused meanwhile is asked for at once when it is over, instead of after its pause.
   * @param {boolean} on
   */
  #nowBehind(on) {
    this.#behind = on;
    this.#deps.state(this.#state);
    if (on) return;
    for (const room of this.#followed) {
      if (this.#inside.has(room)) for (const entry of this.#outbox.unsent(room)) this.#send(entry);
      else if (this.#timers.has(`join ${room}`)) {
        this.#cancel(`join ${room}`);
        this.#join(room);
      }
    }
  }

  /** @param {{hello: import('./frames.js').Hello}} line */
  #hello(line) {
    this.#cancel('hello');
    this.setClock(line.hello.now);
    // Heard first: it says which rooms there are, and each is to be joined once.
    this.#deps.heard(line);
    this.#become('open');
    this.#deps.locks(line.hello.locks_at);
    for (const room of this.#followed) this.#join(room);
    this.#timer('ping', PING_EVERY_MS, () => this.#ping());
  }

  /** @param {string} room */
  #join(room) {
    const { answer } = this.command('join', { room, ...this.#deps.joinFields(room) });
    void answer.then(({ ok, error }) => {
      if (!this.#followed.has(room) || error?.code === 'lost') return;
      if (ok) {
        this.#inside.add(room);
        this.#deps.joined(room, ok);
        for (const entry of this.#outbox.unsent(room)) this.#send(entry);
      } else if (error?.code === 'no_such_room' || error?.code === 'not_allowed') {
        this.unfollow(room, error.code);
        this.#deps.joinRefused(room, error.code);
      } else {
        if (error?.code === 'history_replaced') this.#deps.forget();
        this.#later(`join ${room}`, () => this.#followed.has(room) && this.#join(room), 4);
      }
    });
  }

  #ping() {
    if (this.#state !== 'open') return;
    const id = this.newId();
    this.#outbox.add({ do: 'ping', id }, ({ ok }) => {
      if (!ok) return;
      // Only a connection that lived through a ping has earned a quick first retry.
      this.#attempt = 0;
      this.setClock(ok.now);
      this.#deps.locks(ok.locks_at);
    });
    // Past the pace on purpose: a queue must not make a live link look dead.
    this.#wire?.send(JSON.stringify({ do: 'ping', id }));
    this.#timer('pong', PONG_WITHIN_MS, () => this.#lost(1006));
    this.#timer('ping', PING_EVERY_MS, () => this.#ping());
  }

  /** @param {import('./outbox.js').Entry} entry */
  #send(entry) {
    entry.sent = true;
    const generation = this.#generation;
    this.#pace.run(() => {
      if (generation === this.#generation && this.#outbox.has(entry.id)) this.#wire?.send(JSON.stringify(entry.line));
    });
  }

  /** @param {import('./frames.js').Answer} line */
  #answered(line) {
    const again = this.#outbox.answered(line.answer, line);
    if (again) this.#later(again.id, () => this.#sendAgain(again), again.tries);
    if (line.error?.code === 'locked') this.#lost(4201);
  }

  /** @param {import('./outbox.js').Entry} entry */
  #sendAgain(entry) {
    if (this.#inside.has(entry.line.room) && !entry.sent && this.#outbox.has(entry.id)) this.#send(entry);
  }

  /**
   * @param {string} purpose
   * @param {() => void} run
   * @param {number} attempt
   */
  #later(purpose, run, attempt) {
    this.#timer(purpose, jitter(attempt, this.#deps.random, 250), run);
  }
}
