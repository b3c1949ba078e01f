/** Things a person should know: calm notes over the rooms, each gone with one tap. */

import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { date, word } from '../words.js';

/**
 * @typedef {{id: string, text: string, ask?: () => void}} Note ask: another moderator
 */

/**
 * @param {import('../frames.js').Notice[]} notices
 * @returns {Note[]}
 */
export function notesOf(notices) {
  return notices.map(({ id, kind, at }) => ({ id, text: word(`notice.${kind}`, { day: date(at) }) }));
}

/**
 * @param {HTMLElement} parent
 * @param {Note[]} notes
 * @param {(id: string) => void} seen
 */
export function drawNotes(parent, notes, seen) {
  show(parent, notes.length > 0);
  reconcile(parent, notes, {
    key: (note) => note.id,
    make: (note) => makeNote(note, seen),
    update: () => {},
  });
}

/**
 * @param {Note} note
 * @param {(id: string) => void} seen
 */
function makeNote(note, seen) {
  const made = stamp('notice');
  setText(made.part('text'), note.text);
  show(made.part('ask'), Boolean(note.ask));
  if (note.ask) made.part('ask').addEventListener('click', note.ask);
  made.part('seen').addEventListener('click', () => seen(note.id));
  return made.root;
}
