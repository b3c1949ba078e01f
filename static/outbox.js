/**
 * Commands that wait for their one answer. A logged command (one that changes a room) stays until it is answered, over
 * any number of connections, always with the same id: the server answers a repeated id with the first answer, so
 * nothing is lost and nothing is said twice. Any other command is worth nothing on the next connection and ends with
 * the code `lost`.
 */

const LOGGED = new Set([
  ...['post', 'edit', 'remove', 'react', 'set_topic', 'set_rules', 'rename_room', 'end_membership'],
  ...['nudge', 'hide', 'unhide', 'erase', 'mute', 'unmute', 'remove_member', 'release', 'decline', 'report', 'resolve_reports'],
  ...['write_line', 'take_back_line', 'close_line', 'appeal', 'answer_appeal', 'set_hold', 'set_pace', 'pause', 'resume'],
  ...['set_keep', 'set_legal_hold', 'erase_person', 'set_term', 'set_label', 'set_hours', 'set_sessions', 'set_unattended'],
  ...['set_house', 'pin', 'call', 'answer_call', 'end_call'],
]);

/** Refusals that say nothing about the command itself: the same id is worth sending again, this many times. */
const AGAIN = new Map([
  ['behind', Infinity], // the server says when it is over
  ['not_known', 20],
  ['not_saved', 5],
  ['unavailable', 5],
  ['too_fast', 20],
  ['restarting', 20],
]);

/**
 * @typedef {{ok?: any, error?: import('./frames.js').WireError}} Outcome
 * @typedef {object} Entry
 * @property {string} id
 * @property {Record<string, any>} line what goes over the wire
 * @property {boolean} logged
 * @property {number} tries refusals so far that were worth another try
 * @property {boolean} sent on this connection
 * @property {(outcome: Outcome) => void} settle called exactly once
 * @property {(code: string) => void} delayed told when the answer will take longer, with the code
 */

export class Outbox {
  /** @type {Map<string, Entry>} in the order of asking */
  #entries = new Map();

  /**
   * @param {Record<string, any>} line with `do` and `id`
   * @param {(outcome: Outcome) => void} settle
   * @param {(code: string) => void} [delayed]
   * @returns {Entry}
   */
  add(line, settle, delayed = () => {}) {
    const entry = { id: line.id, line, logged: LOGGED.has(line.do), tries: 0, sent: false, settle, delayed };
    this.#entries.set(entry.id, entry);
    return entry;
  }

  /**
   * What the answer means for its command.
   * @param {string} id
   * @param {Outcome} outcome
   * @returns {Entry | null} the entry to send again later; null if it is settled, unknown, or kept for after the lock
   */
  answered(id, outcome) {
    const entry = this.#entries.get(id);
    if (!entry) return null;
    const code = outcome.error?.code ?? '';
    if (entry.logged && code === 'locked') {
      entry.sent = false;
      return null;
    }
    if (entry.logged && entry.tries < (AGAIN.get(code) ?? 0)) {
      entry.tries += 1;
      entry.sent = false;
      entry.delayed(code);
      return entry;
    }
    this.#entries.delete(id);
    entry.settle(outcome);
    return null;
  }

  /**
   * Logged commands of one room that this connection has not carried yet, oldest first.
   * @param {string} room
   * @returns {Entry[]}
   */
  unsent(room) {
    return [...this.#entries.values()].filter((e) => e.logged && !e.sent && e.line.room === room);
  }

  /** @param {string} id */
  has(id) {
    return this.#entries.has(id);
  }

  /** The connection is gone: what is not logged ends here, the rest waits for the next one. */
  disconnected() {
    for (const entry of [...this.#entries.values()]) {
      if (entry.logged) {
        entry.sent = false;
        entry.delayed('offline');
      } else {
        this.#entries.delete(entry.id);
        entry.settle({ error: { code: 'lost' } });
      }
    }
  }

  /**
   * Ends every command of a room that cannot be entered any more.
   * @param {string} room
   * @param {string} code
   */
  refuse(room, code) {
    for (const entry of this.unsent(room)) {
      this.#entries.delete(entry.id);
      entry.settle({ error: { code } });
    }
  }

  /** Forgets everything, for a person who signs out. Nothing is settled: nobody is there to be told. */
  clear() {
    this.#entries.clear();
  }
}
