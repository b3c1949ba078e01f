/**
 * What this client knows of its rooms, as a pure fold: fold(state, input) gives a new state and changes nothing. Inputs
 * are the server's lines and, marked `local`, what happened on this side. An input twice is harmless.
 *
 * @typedef {import('./frames.js').Message} Message
 * @typedef {import('./frames.js').RoomRow} RoomRow
 * @typedef {import('./pending.js').Pending} Pending
 *
 * @typedef {object} Room
 * @property {string} room
 * @property {string} name
 * @property {import('./frames.js').Role} role one's own
 * @property {number} unread
 * @property {number} lastAt 0 if nothing was ever written
 * @property {boolean} unreadable what the server has of it cannot be read
 * @property {boolean} held whether the fields below were ever filled by a join
 * @property {string} [pos] the last position seen
 * @property {string} you one's own member id
 * @property {string} topic
 * @property {string} rules
 * @property {Record<string, import('./frames.js').Member>} members present ones
 * @property {Message[]} messages oldest first
 * @property {boolean} more older messages exist
 * @property {string} [readTo]
 * @property {string[] | null} here
 * @property {number} hereCount
 * @property {Record<string, number>} typing member id to the server time when it ends
 * @property {Pending[]} pending
 * @property {string[]} gone messages taken back lately, so that a repeat does not bring them back
 * @property {import('./frames.js').Policy} policy how it is set
 * @property {import('./frames.js').Note[]} notes what moderators did, as far as one is told
 * @property {import('./frames.js').Held[]} heldBack messages that wait to be looked at
 * @property {Record<string, import('./frames.js').LinePage>} lines private lines, by whose they are
 * @property {Record<string, number>} waits since when somebody waits on a private line; 0: nobody does
 * @property {import('./frames.js').Reports[]} reported messages with reports that nobody has looked at, for staff
 * @property {Record<string, number>} mutes who may not write until when, for staff
 * @property {Record<string, number>} terms whose membership ends by itself, and when, for staff
 * @property {Record<string, string>} labels the team's words about members, for staff
 * @property {number} endsAt when one's own membership ends by itself; 0: it does not
 * @property {number} mutedUntil oneself; 0: not
 * @property {number} leavesAt when a visit ends; 0: it is none
 * @property {string[]} ignored members whose messages one does not want to see
 * @property {string[]} onDuty who of the team is on duty
 * @property {import('./frames.js').Calendar} calendar when somebody answers, and when the group meets
 * @property {import('./frames.js').Call | null} call one's own call for a person
 * @property {Record<string, import('./frames.js').Call>} calls open ones by who calls, for staff
 * @property {Message | null} pinned the message that stays in sight
 * @property {Record<string, {text: string, erasedAt: number}>} revealed taken-back messages that staff opened
 *
 * @typedef {object} State
 * @property {Record<string, Room>} rooms
 * @property {string | null} open the room on screen
 *
 * @typedef {{local: 'rooms', rooms: RoomRow[]}
 *   | {local: 'open', room: string | null}
 *   | {local: 'joined', room: string, ok: import('./frames.js').Joined}
 *   | {local: 'page', room: string, page: import('./frames.js').Page}
 *   | {local: 'read', room: string, message: string}
 *   | {local: 'pending', room: string, item: Pending}
 *   | {local: 'pending_changed', room: string, cmd: string, fields: Partial<Pending>}
 *   | {local: 'pending_dropped', room: string, cmd: string}
 *   | {local: 'reacted', room: string, message: string, reaction: import('./frames.js').Reaction, on: boolean}
 *   | {local: 'revealed', room: string, message: string, text: string, erasedAt: number}
 *   | {local: 'line', room: string, member: string, page: import('./frames.js').LinePage}
 *   | {local: 'ignored', room: string, member: string, on: boolean}
 *   | {local: 'hidden', room: string, message: string}
 *   | {local: 'tick', now: number}
 *   | {local: 'forget'}
 *   | {local: 'emptied'}} Local
 * @typedef {Local | import('./frames.js').Line} Input
 */

import * as msgs from './messages.js';
import * as mod from './moderation.js';
import * as pend from './pending.js';
import * as shift from './shift.js';

const TYPING_MS = 6_000;
const GONE_KEPT = 200;
const BACKGROUND_KEPT = 100;

/** @returns {State} */
export function emptyState() {
  return { rooms: {}, open: null };
}

/**
 * @param {State} state
 * @param {Input} input
 * @returns {State} the same object if nothing changed
 */
export function fold(state, input) {
  const line = /** @type {any} */ (input);
  if (line.hello) return withRooms(state, line.hello.rooms);
  if (line.local) return (locals[/** @type {keyof typeof locals} */ (line.local)] ?? same)(state, line);
  const step = line.event ? events[line.event] : signals[line.signal];
  const room = state.rooms[line.room];
  if (!step || !room?.held) return state;
  const next = shift.followPinned(step(room, line), line);
  const placed = line.pos && next.pos !== line.pos ? { ...next, pos: line.pos } : next;
  return placed === room ? state : withRoom(state, placed);
}

/** @param {State} state */
const same = (state) => state;

/**
 * @param {State} state
 * @param {Room} room
 * @returns {State}
 */
function withRoom(state, room) {
  return { ...state, rooms: { ...state.rooms, [room.room]: room } };
}

/**
 * @param {State} state
 * @param {string} id
 * @param {(room: Room) => Room} change
 */
function inRoom(state, id, change) {
  const room = state.rooms[id];
  return room ? withRoom(state, change(room)) : state;
}

/**
 * @param {RoomRow} row
 * @returns {Room}
 */
function newRoom(row) {
  return {
    room: row.room,
    name: row.name,
    role: row.role,
    unread: row.unread,
    lastAt: row.last_at ?? 0,
    held: false,
    unreadable: row.unreadable ?? false,
    you: '',
    topic: '',
    rules: '',
    members: {},
    messages: [],
    more: false,
    here: null,
    hereCount: 0,
    typing: {},
    pending: [],
    gone: [],
    revealed: {},
    ...mod.none(),
    ...shift.none(),
  };
}

/**
 * The list of rooms as the server has it: rooms not in it are left, with all that was held of them.
 * @param {State} state
 * @param {RoomRow[]} rows
 * @returns {State}
 */
function withRooms(state, rows) {
  /** @type {Record<string, Room>} */
  const rooms = {};
  for (const row of rows) {
    if (row.ended) continue; // one was sent away from it: all there is to it is why
    const before = state.rooms[row.room] ?? newRoom(row);
    if (row.unreadable) {
      rooms[row.room] = { ...before, unreadable: true };
      continue;
    }
    const lastAt = Math.max(before.lastAt, row.last_at ?? 0);
    // The open room counts for itself: events it has not shown yet are in the row's number already.
    const unread = before.held && state.open === row.room ? before.unread : row.unread;
    rooms[row.room] = { ...before, name: row.name, role: row.role, unread, lastAt, unreadable: false };
  }
  return { rooms, open: state.open && rooms[state.open] ? state.open : null };
}

/** @type {Record<string, (room: Room, line: any) => Room>} */
const events = {
  message(room, { message, held }) {
    if (held) room = mod.heldGone(room, held);
    if (room.gone.includes(message.id)) return room;
    const messages = msgs.place(room.messages, message, room.more);
    const pending = pend.settle(room.pending, message.cmd);
    if (messages === room.messages) return pending === room.pending ? room : { ...room, pending };
    const { [message.from.member]: _done, ...typing } = room.typing;
    const unread = message.mine ? room.unread : room.unread + 1;
    return { ...room, messages, pending, typing, unread, lastAt: Math.max(room.lastAt, message.at) };
  },
  edited(room, { message, text, at, cmd }) {
    const messages = msgs.edit(room.messages, message, text, at);
    return { ...room, messages, pending: pend.settle(room.pending, cmd) };
  },
  removed(room, { message, by, at, cmd, erased, note }) {
    const staff = room.role !== 'participant';
    const messages = msgs.remove(room.messages, message, { at, by, staff, erased, note: note?.id });
    if (note) room = mod.noted(room, note);
    const pending = pend.settle(room.pending, cmd).filter((p) => p.message !== message || p.state === 'refused');
    const gone = staff || room.gone.includes(message) ? room.gone : [...room.gone, message].slice(-GONE_KEPT);
    return { ...room, messages, pending, gone };
  },
  reaction(room, { message, reaction, member, on }) {
    const messages = msgs.react(room.messages, message, reaction, member, on);
    return messages === room.messages ? room : { ...room, messages };
  },
  member(room, { member }) {
    const role = member.member === room.you ? member.role : room.role;
    return { ...room, role, members: { ...room.members, [member.member]: member } };
  },
  member_left(room, { member, note }) {
    const { [member]: _left, ...members } = room.members;
    return mod.left(note ? mod.noted(room, note) : room, member, members);
  },
  room(room, { name = room.name, topic = room.topic, rules = room.rules }) {
    return { ...room, name, topic, rules };
  },
  ...mod.events,
  ...shift.events,
};

/** @type {Record<string, (room: Room, line: any) => Room>} */
const signals = {
  presence(room, { here, here_count }) {
    return { ...room, here, hereCount: here_count };
  },
  typing(room, { member, on, until }) {
    const { [member]: _before, ...typing } = room.typing;
    return { ...room, typing: on ? { ...typing, [member]: until } : typing };
  },
};

/** @type {Record<Local['local'], (state: State, input: any) => State>} */
const locals = {
  rooms: (state, { rooms }) => withRooms(state, rooms),
  open: (state, { room }) => ({ ...mapRooms(state, (r) => (r.room === room ? r : shortened(r))), open: room }),
  joined: (state, { room, ok }) => inRoom(state, room, (r) => joined(r, ok)),
  page: (state, { room, page }) =>
    inRoom(state, room, (r) => ({ ...r, messages: msgs.prepend(r.messages, page.messages), more: page.more })),
  read: (state, { room, message }) => inRoom(state, room, (r) => ({ ...r, readTo: message, unread: 0 })),
  pending: (state, { room, item }) => inRoom(state, room, (r) => ({ ...r, pending: pend.put(r.pending, item) })),
  pending_changed: (state, { room, cmd, fields }) =>
    inRoom(state, room, (r) => ({ ...r, pending: pend.update(r.pending, cmd, fields) })),
  pending_dropped: (state, { room, cmd }) =>
    inRoom(state, room, (r) => ({ ...r, pending: pend.settle(r.pending, cmd) })),
  reacted: (state, { room, message, reaction, on }) =>
    inRoom(state, room, (r) => ({ ...r, messages: msgs.react(r.messages, message, reaction, r.you, on) })),
  line: (state, { room, member, page }) => inRoom(state, room, (r) => ({ ...r, lines: { ...r.lines, [member]: page } })),
  ignored: (state, { room, member, on }) => inRoom(state, room, (r) => mod.ignore(r, member, on)),
  revealed: (state, { room, message, text, erasedAt }) =>
    inRoom(state, room, (r) => ({ ...r, revealed: { ...r.revealed, [message]: { text, erasedAt } } })),
  hidden: (state, { room, message }) =>
    inRoom(state, room, (r) => {
      const { [message]: _hidden, ...revealed } = r.revealed;
      return { ...r, revealed };
    }),
  tick: (state, { now }) => mapRooms(state, (r) => quiet(r, now)),
  forget: (state) => mapRooms(state, ({ pos: _pos, ...r }) => r),
  emptied: (state) => mapRooms(state, (r) => ({ ...newRoom(rowOf(r)), pending: r.pending })),
};

/**
 * @param {State} state
 * @param {(room: Room) => Room} change
 * @returns {State}
 */
function mapRooms(state, change) {
  let changed = false;
  const pairs = Object.entries(state.rooms).map(([id, room]) => {
    const next = change(room);
    changed ||= next !== room;
    return [id, next];
  });
  return changed ? { ...state, rooms: Object.fromEntries(pairs) } : state;
}

/**
 * A room that is not on screen keeps its newest messages only, so that a long evening does not fill the memory.
 * @param {Room} room
 * @returns {Room}
 */
function shortened(room) {
  if (room.messages.length <= BACKGROUND_KEPT) return room;
  return { ...room, messages: room.messages.slice(-BACKGROUND_KEPT), more: true };
}

/**
 * @param {Room} room
 * @returns {RoomRow}
 */
function rowOf(room) {
  return { room: room.room, name: room.name, role: room.role, unread: room.unread, last_at: room.lastAt };
}

/**
 * @param {Room} room
 * @param {import('./frames.js').Joined} ok
 * @returns {Room}
 */
function joined(room, ok) {
  const members = Object.fromEntries(ok.room.members.map((m) => [m.member, m]));
  const facts = {
    ...room,
    held: true,
    name: ok.room.name,
    topic: ok.room.topic,
    rules: ok.room.rules,
    role: ok.role,
    you: ok.you,
    members,
    unread: ok.reset ? ok.unread : Math.min(room.unread, ok.unread),
    readTo: ok.read_to ?? room.readTo,
    here: ok.here,
    hereCount: ok.here_count,
    typing: {},
    ...mod.joined(room, ok),
    ...shift.joined(ok),
  };
  // What is resumed follows as events and moves the position one by one; only a fresh page is at ok.pos already.
  if (!ok.reset) return facts;
  const lastAt = Math.max(room.lastAt, ok.messages.at(-1)?.at ?? 0);
  const pending = pend.afterReset(room.pending, ok.messages);
  return { ...facts, lastAt, pending, messages: ok.messages, more: ok.more, pos: ok.pos, gone: [], revealed: {} };
}

/**
 * Ends typing that nobody ended, and drops messages whose term is over.
 * @param {Room} room
 * @param {number} now server time
 * @returns {Room}
 */
function quiet(room, now) {
  const until = now - room.policy.keep - 1;
  const kept = msgs.lapse(room.messages, until);
  const pinned = room.pinned && room.pinned.at <= until ? null : room.pinned;
  const lasting = kept === room.messages && pinned === room.pinned ? room : { ...room, messages: kept, pinned };
  const still = Object.entries(room.typing).filter(([, until]) => until > now);
  return still.length === Object.keys(room.typing).length ? lasting : { ...lasting, typing: Object.fromEntries(still) };
}

/**
 * A typing signal with its end, which the pure fold cannot know by itself.
 * @param {any} signal
 * @param {number} now server time
 */
export function timed(signal, now) {
  return signal.signal === 'typing' ? { ...signal, until: now + TYPING_MS } : signal;
}

/**
 * Whether anything a person wrote is not known to be durable yet.
 * @param {State} state
 */
export function unsaved(state) {
  return Object.values(state.rooms).some((r) => r.pending.some((p) => p.state !== 'sent'));
}
