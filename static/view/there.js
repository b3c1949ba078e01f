/** Who of the team is there, and when: in words, before anybody types. */

import { windowsAt } from '../shift.js';
import { ago, ahead, timeOfDay, word } from '../words.js';

/** @typedef {import('../store.js').Room} Room */

/**
 * Names as one reads them out: "Ruth and Sam".
 * @param {string[]} names
 */
export function namesOf(names) {
  return new Intl.ListFormat('en').format(names);
}

/**
 * Who is there now, or when somebody comes.
 * @param {string[]} names of those on duty
 * @param {[number, number][] | undefined} coming the hours in which somebody answers
 * @param {number} now
 */
export function thereLine(names, coming, now) {
  if (names.length > 0) return word('there.on', { n: names.length, names: namesOf(names) });
  const { on, next } = windowsAt(coming, now);
  if (on) return word('there.soon');
  return next ? word('there.next', { when: ahead(next[0], now) }) : word('there.off');
}

/**
 * The same for a room that one is in; nothing is said of now by a page that does not know it.
 * @param {Room} room
 * @param {import('../client.js').Client} client
 */
export function thereIn(room, client) {
  const now = client.link.now();
  if (!client.live) return word('there.unknown');
  const names = room.onDuty.filter((id) => id !== room.you).map((id) => room.members[id]?.alias ?? '').filter(Boolean);
  if (room.onDuty.includes(room.you)) return word('there.you');
  return thereLine(names, room.calendar.coming_hours, now);
}

/**
 * What is left to say under a rule that says already that nobody is there.
 * @param {Room} room
 * @param {number} now
 */
export function comesIn(room, now) {
  const { on, next } = windowsAt(room.calendar.coming_hours, now);
  return on || !next ? '' : word('there.comes', { when: ahead(next[0], now) });
}

/**
 * When the group meets: now, or last and next; "" where nobody has set it.
 * @param {Room} room
 * @param {number} now
 */
export function sessionLine(room, now) {
  const { coming_sessions: coming, last_session: last } = room.calendar;
  const { on, next } = windowsAt(coming, now);
  if (on) return word('there.session_now', { until: timeOfDay(on[1]) });
  const before = (coming ?? []).filter(([, to]) => to <= now).at(-1) ?? last;
  const said = [];
  if (before) said.push(word('there.session_last', { when: ago(before[1], now) }));
  if (next) said.push(word('there.session_next', { when: ahead(next[0], now) }));
  return said.join(' ');
}

/**
 * What the room is while nobody of the team is there, for a member.
 * @param {Room} room
 * @param {number} now
 */
export function unattendedRule(room, now) {
  if (room.role !== 'participant') return '';
  const { on } = windowsAt(room.calendar.coming_sessions, now);
  if (on && room.calendar.quiet) return word('there.quiet', { until: timeOfDay(on[1]) });
  if (room.onDuty.length > 0) return '';
  if (room.policy.unattended === 'closed') return word('there.closed');
  return room.policy.unattended === 'hold' ? word('there.hold') : '';
}

/**
 * How one's own call stands.
 * @param {import('../frames.js').Call} call
 */
export function callWord({ at, answered_at: read, by }) {
  if (read) return word('ask.read', { alias: by?.alias ?? word('note.team'), time: timeOfDay(read) });
  return word('ask.out', { time: timeOfDay(at) });
}
