/**
 * A question with something to fill in: a choice, a reason, how long, words. For what moderators do, for reports and
 * appeals.
 *
 * @typedef {object} Asked
 * @property {string} title
 * @property {string} text
 * @property {string} yes
 * @property {{value: string, text: string}[]} [choices] one has to be picked; the first is picked
 * @property {boolean} [reason]
 * @property {{value: string, text: string}[]} [times] how long
 * @property {string} [words] label of the words; none: no words
 * @property {boolean} [needed] words are needed
 *
 * @typedef {{choice: string, reason: string, time: number, words: string}} Filled
 */

import { closeDialog, freshId, setText, show, stamp } from '../template.js';
import { word } from '../words.js';
import { waysOut } from './over.js';

const REASONS = ['method', 'contact', 'privacy', 'unkind', 'pursuit', 'selling', 'not_sober', 'off_room', 'safety', 'calm', 'no_breach', 'asked', 'other'];
export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

/** @param {number[]} list in ms */
export function lengths(list) {
  return list.map((ms) => ({ value: String(ms), text: lengthWord(ms) }));
}

/** @param {number} ms */
export function lengthWord(ms) {
  if (ms === 0) return word('act.none');
  if (ms < 60 * MINUTE) return word('act.minutes', { n: Math.round(ms / MINUTE) });
  if (ms < DAY) return word('act.hours', { n: Math.round(ms / (60 * MINUTE)) });
  return word('act.days', { n: Math.round(ms / DAY) });
}

/**
 * @param {Asked} asked
 * @param {(filled: Filled) => Promise<string>} go does it; what went wrong in words, or ""
 * @returns {Promise<boolean>} whether it was done
 */
export function act(asked, go) {
  const before = document.activeElement;
  const made = stamp('act');
  const dialog = /** @type {HTMLDialogElement} */ (made.root);
  for (const name of ['title', 'text']) made.part(name).id = freshId();
  dialog.setAttribute('aria-labelledby', made.part('title').id);
  dialog.setAttribute('aria-describedby', made.part('text').id);
  setText(made.part('title'), asked.title);
  setText(made.part('text'), asked.text);
  setText(made.part('yes'), asked.yes);
  fill(made, asked);
  /** @type {(done: boolean) => void} */
  let resolve = () => {};
  /** @type {Promise<boolean>} */
  const promise = new Promise((settle) => (resolve = settle));
  const end = (/** @type {boolean} */ done) => {
    if (!dialog.isConnected) return; // a late answer
    closeDialog(dialog, before);
    resolve(done);
  };
  waysOut(made);
  made.part('no').addEventListener('click', () => end(false));
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    end(false);
  });
  made.part('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const filled = read(made);
    const wrong = asked.needed && filled.words === '' ? word('act.needs_words') : await go(filled);
    if (!wrong) return end(true);
    setText(made.part('wrong'), wrong);
    show(made.part('wrong'), true);
    if (asked.words) made.part('words').focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  made.part('title').focus();
  return promise;
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {Asked} asked
 */
function fill(made, { choices = [], reason = false, times = [], words = '' }) {
  show(made.part('choices'), choices.length > 0);
  const group = freshId();
  for (const [i, { value, text }] of choices.entries()) {
    const choice = stamp('choice');
    const input = choice.part('input', HTMLInputElement);
    input.name = group;
    input.value = value;
    input.checked = i === 0;
    setText(choice.part('label'), text);
    made.part('choices').append(choice.root);
  }
  options(made, 'reason', reason ? REASONS.map((value) => ({ value, text: word(`reason.${value}`) })) : []);
  options(made, 'time', times);
  show(made.part('words-slot'), words !== '');
  made.part('words').id = freshId();
  made.part('words-label').setAttribute('for', made.part('words').id);
  setText(made.part('words-label'), words);
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {'reason' | 'time'} name
 * @param {{value: string, text: string}[]} list
 */
function options(made, name, list) {
  show(made.part(`${name}-slot`), list.length > 0);
  const select = made.part(name, HTMLSelectElement);
  select.id = freshId();
  made.part(`${name}-label`).setAttribute('for', select.id);
  for (const { value, text } of list) select.append(new Option(text, value));
}

/**
 * @param {import('../template.js').Stamp} made
 * @returns {Filled}
 */
function read(made) {
  const picked = /** @type {HTMLInputElement | null} */ (made.root.querySelector('input[type="radio"]:checked'));
  return {
    choice: picked?.value ?? '',
    reason: made.part('reason', HTMLSelectElement).value,
    time: Number(made.part('time', HTMLSelectElement).value),
    words: made.part('words', HTMLTextAreaElement).value.trim(),
  };
}
