/** Things a person should know after signing in: calm notes over the rooms, each gone with one tap. */

import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { date, word } from '../words.js';

/**
 * @param {HTMLElement} parent
 * @param {import('../frames.js').Notice[]} notices
 * @param {(id: string) => void} seen
 */
export function drawNotices(parent, notices, seen) {
  show(parent, notices.length > 0);
  reconcile(parent, notices, {
    key: (notice) => notice.id,
    make: (notice) => makeNotice(notice, seen),
    update: () => {},
  });
}

/**
 * @param {import('../frames.js').Notice} notice
 * @param {(id: string) => void} seen
 */
function makeNotice(notice, seen) {
  const made = stamp('notice');
  setText(made.part('text'), word(`notice.${notice.kind}`, { day: date(notice.at) }));
  made.part('seen').addEventListener('click', () => seen(notice.id));
  return made.root;
}
