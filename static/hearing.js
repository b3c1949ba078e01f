/**
 * Which arriving events are spoken, and how. Never typing, presence, history, others' edits or times: an event is only
 * offered here when it came live into the open room.
 *
 * @typedef {import('./store.js').Room} Room
 */

import { word } from './words.js';

/**
 * @param {Room} room as it was before the event
 * @param {any} line an event
 * @param {import('./frames.js').Preferences['announce']} choice
 * @returns {{kind: 'message' | 'count' | 'status', text: string} | null}
 */
export function heard(room, line, choice) {
  if (choice === 'off') return null;
  if (line.event === 'message') return heardMessage(room, line.message, choice);
  const known = line.event === 'removed' && room.messages.find((m) => m.id === line.message && !m.removed_at);
  if (known && !known.mine && choice === 'all') return { kind: 'status', text: word('hearing.removed') };
  return null;
}

/**
 * @param {Room} room
 * @param {import('./frames.js').Message} message
 * @param {import('./frames.js').Preferences['announce']} choice
 * @returns {{kind: 'message' | 'count', text: string} | null}
 */
function heardMessage(room, message, choice) {
  if (message.mine || room.messages.some((m) => m.id === message.id)) return null;
  if (choice === 'counts') return { kind: 'count', text: '' };
  const mine = room.members[room.you]?.alias ?? '';
  const staff = message.from.role !== 'participant';
  if (choice === 'staff' && !staff && !mentions(message.text, mine)) return null;
  return { kind: 'message', text: word('hearing.message', { alias: message.from.alias, text: message.text }) };
}

/**
 * @param {string} text
 * @param {string} alias
 */
export function mentions(text, alias) {
  if (alias === '') return false;
  const at = text.toLocaleLowerCase().indexOf(alias.toLocaleLowerCase());
  if (at < 0) return false;
  const letter = /[\p{L}\p{N}]/u;
  return !letter.test(text.charAt(at - 1)) && !letter.test(text.charAt(at + alias.length));
}
