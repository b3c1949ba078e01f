/** A link that was just made: shown once, with a way to copy it and a word on how it works. */

import { freshId, setText, stamp } from '../template.js';
import { date, timeOfDay, word } from '../words.js';

/**
 * @param {{link: string, expires_at: number}} made
 * @param {'invite' | 'reset'} kind
 * @param {(text: string) => void} say status for listeners
 */
export function linkMade({ link, expires_at: until }, kind, say) {
  const it = stamp('link-made');
  const input = it.part('link', HTMLInputElement);
  input.value = link;
  input.id = freshId();
  it.part('label', HTMLLabelElement).htmlFor = input.id;
  setText(it.part('label'), word(kind === 'invite' ? 'staff.invite_link' : 'staff.reset_link'));
  setText(it.part('once'), word('staff.once'));
  setText(it.part('until'), word('staff.until', { day: date(until), time: timeOfDay(until) }));
  input.addEventListener('focus', () => input.select());
  it.part('copy').addEventListener('click', async () => {
    const done = await copy(input);
    setText(it.part('copy'), word(done ? 'staff.copied' : 'staff.copy_by_hand'));
    say(word(done ? 'staff.copied' : 'staff.copy_by_hand'));
  });
  return it.root;
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
