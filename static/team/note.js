/** What is open, in words: for the console's rooms and for the note that goes with a shift. Pure but for the words. */

import { word } from '../words.js';

/** The kinds of what waits, the most urgent first. */
export const KINDS = /** @type {const} */ (['call', 'worry', 'held', 'report', 'appeal', 'line']);

/**
 * @param {import('../frames.js').DeskItem[]} items
 * @returns {string} "1 call, 2 messages to look at"; "" for nothing
 */
export function openNote(items) {
  const said = KINDS.map((kind) => ({ kind, n: items.filter((i) => i.kind === kind).length })).filter(({ n }) => n > 0);
  return new Intl.ListFormat('en').format(said.map(({ kind, n }) => word(`open.${kind}`, { n })));
}

/**
 * The note of a shift: a line for each room in which something is open.
 * @param {import('../frames.js').DeskItem[]} items
 * @param {(room: string) => string} nameOf
 * @returns {string}
 */
export function shiftNote(items, nameOf) {
  const rooms = [...new Set(items.map((i) => i.room))].filter((room) => nameOf(room) !== '');
  const lines = rooms.map((room) => word('shift.line', { room: nameOf(room), what: openNote(items.filter((i) => i.room === room)) }));
  return lines.length > 0 ? lines.join('\n') : word('shift.nothing');
}

/**
 * How long something has waited, short.
 * @param {number} ms
 */
export function waited(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes === 0) return word('console.now');
  if (minutes < 60) return word('console.minutes', { n: minutes });
  if (minutes < 48 * 60) return word('console.hours', { n: Math.floor(minutes / 60) });
  return word('console.days', { n: Math.floor(minutes / 1440) });
}
