/**
 * The part of the fold that is about who is there: who of the team is on duty, when somebody answers and the group meets,
 * calls for a person, and the message that stays in sight. Pure, and each harmless when done twice.
 *
 * @typedef {import('./store.js').Room} Room
 * @typedef {import('./frames.js').Calendar} Calendar
 */

/** What a room holds of it before it was joined. */
export function none() {
  return {
    onDuty: /** @type {string[]} */ ([]),
    calendar: /** @type {Calendar} */ ({}),
    call: /** @type {import('./frames.js').Call | null} */ (null),
    calls: /** @type {Record<string, import('./frames.js').Call>} */ ({}),
    pinned: /** @type {import('./frames.js').Message | null} */ (null),
  };
}

/** @param {import('./frames.js').Joined} ok */
export function joined(ok) {
  return {
    onDuty: ok.room.on_duty ?? [],
    calendar: ok.room.calendar ?? {},
    call: ok.call ?? null,
    calls: ok.calls ?? {},
    pinned: ok.pinned ?? null,
  };
}

/** @type {Record<string, (room: Room, line: any) => Room>} */
export const events = {
  duty: (room, { on_duty: onDuty }) => ({ ...room, onDuty }),
  calendar: (room, { calendar }) => ({ ...room, calendar }),
  pinned: (room, { message = null }) => ({ ...room, pinned: message }),
  call(room, { member, call = null, waits }) {
    const next = waits === undefined ? room : { ...room, waits: { ...room.waits, [member]: waits } };
    if (member === room.you) return { ...next, call };
    const { [member]: _before, ...calls } = next.calls;
    return { ...next, calls: call && !call.answered_at ? { ...calls, [member]: call } : calls };
  },
};

/** A call that was read is told of for half a day. */
const TOLD_MS = 12 * 3_600_000;

/**
 * A call as it is still told of.
 * @param {import('./frames.js').Call | null | undefined} call
 * @param {number} now
 */
export function current(call, now) {
  return call && (!call.answered_at || now - call.answered_at < TOLD_MS) ? call : null;
}

/**
 * Of two reports of one call the one that knows more: that it was read, or a newer call.
 * @param {import('./frames.js').Call | null | undefined} a
 * @param {import('./frames.js').Call | null | undefined} b
 */
export function newer(a, b) {
  if (!a || !b) return a ?? b ?? null;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return a.answered_at ? a : b;
}

/**
 * Somebody of the team wrote on a private line: a call that was open there is read.
 * @param {Room} room
 * @param {string} member whose line
 * @param {import('./frames.js').LineEntry} line
 * @returns {Room}
 */
export function readByWriting(room, member, line) {
  if (line.from.member === member) return room;
  const { [member]: _read, ...calls } = room.calls;
  const open = member === room.you && room.call && !room.call.answered_at;
  const call = open && room.call ? { ...room.call, answered_at: line.at, by: line.from } : room.call;
  return { ...room, calls, call };
}

/**
 * The pinned message follows what happens to it: it changes its words, is out of sight while it is taken away, and gone
 * when its term is over.
 * @param {Room} room
 * @param {any} line an event
 * @returns {Room}
 */
export function followPinned(room, line) {
  const { pinned } = room;
  if (!pinned) return room;
  const about = typeof line.message === 'string' ? line.message : line.message?.id;
  if (line.event === 'lapsed' && pinned.at <= line.until) return { ...room, pinned: null };
  const gone = line.event === 'wiped' && line.messages.includes(pinned.id);
  if (gone || (line.event === 'removed' && about === pinned.id)) return { ...room, pinned: { ...pinned, removed_at: line.at, text: '' } };
  if (line.event === 'edited' && about === pinned.id) return { ...room, pinned: { ...pinned, text: line.text, edited_at: line.at } };
  if ((line.event === 'restored' || line.event === 'appeal') && about === pinned.id) return { ...room, pinned: line.message };
  return room;
}

/**
 * What of a list of windows is on now, and what comes next.
 * @param {[number, number][] | undefined} windows in order
 * @param {number} now
 * @returns {{on: [number, number] | null, next: [number, number] | null}}
 */
export function windowsAt(windows = [], now) {
  return {
    on: windows.find(([from, to]) => from <= now && now < to) ?? null,
    next: windows.find(([from]) => from > now) ?? null,
  };
}
