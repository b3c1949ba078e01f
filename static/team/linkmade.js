/** A link that was just made: shown once, with a way to copy it and a word on how it works. */

import { freshId, setText } from '../template.js';
import { date, timeOfDay, word } from '../words.js';
import { el } from './el.js';

/**
 * @param {{link: string, expires_at: number}} made
 * @param {'invite' | 'reset'} kind
 * @param {(text: string) => void} say status for listeners
 */
export function linkMade({ link, expires_at: until }, kind, say) {
  const id = freshId();
  const input = /** @type {HTMLInputElement} */ (el('input', { id, class: 'made', readonly: true, value: link, focus: () => input.select() }));
  const button = el('button', {
    type: 'button', class: 'quiet',
    click: async () => {
      const said = word((await copy(input)) ? 'staff.copied' : 'staff.copy_by_hand');
      setText(button, said);
      say(said);
    },
  }, word('staff.copy'));
  return el('div', { class: 'note' },
    el('p', {}, word('staff.once')), el('p', {}, word('staff.until', { day: date(until), time: timeOfDay(until) })),
    el('label', { for: id }, word(kind === 'invite' ? 'staff.invite_link' : 'staff.reset_link')), input, button,
  );
}

/**
 * @param {HTMLInputElement} input
 * @returns {Promise<boolean>} false where the browser does not allow it; the text is selected then
 */
async function copy(input) {
  const copied = await copyText(input.value);
  if (!copied) input.focus();
  return copied;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} false where the browser does not allow it
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
