/**
 * What is said aloud to people who listen instead of looking. Two regions exist from page load, one queue feeds them,
 * so that nothing is spoken over anything else: about one a second, in order, a failure before the rest. When more than
 * three messages wait they become one sentence with their number. Pure but for its two Deps.
 *
 * @typedef {'polite' | 'assertive'} Tone
 * @typedef {{tone: Tone, text: string, message: boolean}} Saying
 * @typedef {object} Deps
 * @property {(tone: Tone, text: string) => void} show puts the text into the region of that tone
 * @property {(ms: number, run: () => void) => () => void} after
 * @property {(n: number) => string} many the words for n new messages
 * @property {(text: string) => void} trouble shows what went wrong; "" for nothing
 */

const EVERY_MS = 1_000;
const MESSAGES_ONE_BY_ONE = 3;

export class Announcer {
  #deps;
  /** @type {Saying[]} */
  #queue = [];
  #speaking = false;

  /** @param {Deps} deps */
  constructor(deps) {
    this.#deps = deps;
  }

  /**
   * A status, such as "Sent".
   * @param {string} text
   */
  status(text) {
    this.#add({ tone: 'polite', text, message: false });
  }

  /**
   * Something the person must act on, which the page shows beside what they did.
   * @param {string} text
   */
  failure(text) {
    this.#add({ tone: 'assertive', text, message: false });
  }

  /**
   * The same where nothing on the page shows it: it is seen, too, until they say that they have.
   * @param {string} text
   */
  trouble(text) {
    this.#deps.trouble(text);
    this.failure(text);
  }

  /** What was shown as trouble is over, or is nobody's any more. */
  calm() {
    this.#deps.trouble('');
  }

  /**
   * A message that came into the open room.
   * @param {string} text
   */
  message(text) {
    this.#add({ tone: 'polite', text, message: true });
  }

  /** A message came, and only the number of them is to be said. */
  count() {
    this.#add({ tone: 'polite', text: this.#deps.many(1), message: true });
  }

  /** Says nothing of what still waits: the room was left or the page locked. */
  clear() {
    this.#queue = [];
    this.#deps.show('polite', '');
    this.#deps.show('assertive', '');
  }

  /** @param {Saying} saying */
  #add(saying) {
    if (saying.tone === 'assertive') {
      const before = this.#queue.filter((s) => s.tone === 'assertive').length;
      this.#queue.splice(before, 0, saying);
    } else {
      this.#queue.push(saying);
    }
    if (!this.#speaking) this.#next();
  }

  #next() {
    const saying = this.#takeMany() ?? this.#queue.shift();
    if (!saying) {
      this.#speaking = false;
      return;
    }
    this.#speaking = true;
    this.#deps.show(saying.tone, saying.text);
    this.#deps.after(EVERY_MS, () => this.#next());
  }

  /** @returns {Saying | null} the one sentence for messages that came too fast to be read out */
  #takeMany() {
    if (this.#queue[0]?.message !== true) return null;
    const messages = this.#queue.filter((s) => s.message).length;
    if (messages <= MESSAGES_ONE_BY_ONE) return null;
    this.#queue = this.#queue.filter((s) => !s.message);
    return { tone: 'polite', text: this.#deps.many(messages), message: false };
  }
}
