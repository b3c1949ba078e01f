/**
 * The part of the fold that is about moderation: notes, held messages, reports, private lines, how a room is set. Pure,
 * and each harmless when done twice.
 *
 * @typedef {import('./store.js').Room} Room
 * @typedef {import('./frames.js').Note} Note
 * @typedef {import('./frames.js').Held} Held
 */

import * as msgs from './messages.js';
import * as pend from './pending.js';
import { readByWriting } from './shift.js';

const NOTES_KEPT = 100;
const KEEP_MS = 90 * 86_400_000;

/** What a room holds of it before it was joined. */
export function none() {
  return {
    policy: /** @type {import('./frames.js').Policy} */ ({ hold: 'none', pace: 0, pace_new: 0, keep: KEEP_MS }),
    notes: /** @type {Note[]} */ ([]),
    heldBack: /** @type {Held[]} */ ([]),
    lines: /** @type {Record<string, import('./frames.js').LinePage>} */ ({}),
    waits: /** @type {Record<string, number>} */ ({}),
    reported: /** @type {import('./frames.js').Reports[]} */ ([]),
    mutes: /** @type {Record<string, number>} */ ({}),
    terms: /** @type {Record<string, number>} */ ({}),
    labels: /** @type {Record<string, string>} */ ({}),
    endsAt: 0,
    mutedUntil: 0,
    leavesAt: 0,
    ignored: /** @type {string[]} */ ([]),
  };
}

/**
 * What a join tells of it, as of now.
 * @param {Room} room
 * @param {import('./frames.js').Joined} ok
 */
export function joined(room, ok) {
  return {
    policy: ok.room.policy ?? room.policy, // a server of the release before tells none
    notes: ok.notes ?? [],
    heldBack: ok.held ?? [],
    lines: ok.line ? { ...room.lines, [ok.you]: ok.line } : room.lines,
    waits: Object.fromEntries((ok.lines ?? []).map((l) => [l.member, l.waits ?? 0])),
    reported: ok.reports ?? [],
    mutes: ok.mutes ?? {},
    terms: ok.terms ?? {},
    labels: ok.labels ?? {},
    endsAt: ok.ends_at ?? 0,
    mutedUntil: ok.muted_until ?? 0,
    leavesAt: ok.leaves_at ?? 0,
    ignored: ok.ignored ?? [],
  };
}

/**
 * @param {Room} room
 * @param {Note} note
 * @returns {Room}
 */
export function noted(room, note) {
  const before = room.notes.find((n) => n.id === note.id);
  const appeal = note.appeal || before?.appeal ? { ...before?.appeal, ...note.appeal } : undefined;
  const merged = /** @type {Note} */ ({ ...before, ...note, text: note.text || before?.text, ...(appeal ? { appeal } : {}) });
  const notes = before ? room.notes.map((n) => (n.id === note.id ? merged : n)) : [...room.notes, merged].slice(-NOTES_KEPT);
  return muted({ ...room, notes }, merged, before === undefined);
}

/**
 * A mute, its end, and an appeal that undid it, as they change who may write.
 * @param {Room} room
 * @param {Note} note
 * @param {boolean} fresh
 */
function muted(room, note, fresh) {
  const undone = note.appeal?.state === 'overturned';
  if (note.kind !== 'muted' && note.kind !== 'unmuted') return room;
  if (!fresh && !undone) return room;
  const until = note.kind === 'muted' && !undone ? (note.until ?? 0) : 0;
  if (note.mine) return { ...room, mutedUntil: until };
  return { ...room, mutes: { ...room.mutes, [note.member ?? '']: until } };
}

/**
 * @param {Room} room
 * @param {string} id
 * @returns {Room}
 */
export function heldGone(room, id) {
  return room.heldBack.some((h) => h.id === id) ? { ...room, heldBack: room.heldBack.filter((h) => h.id !== id) } : room;
}

/**
 * Somebody left: what of theirs waited does not wait any more.
 * @param {Room} room
 * @param {string} member
 * @param {Record<string, import('./frames.js').Member>} members
 */
export function left(room, member, members) {
  const { [member]: _waits, ...waits } = room.waits;
  const { [member]: _call, ...calls } = room.calls;
  return { ...room, members, waits, calls, onDuty: room.onDuty.filter((m) => m !== member), heldBack: room.heldBack.filter((h) => h.from.member !== member) };
}

/**
 * @param {Room} room
 * @param {string} member
 * @param {boolean} on
 */
export function ignore(room, member, on) {
  const others = room.ignored.filter((m) => m !== member);
  const messages = on ? room.messages.filter((m) => m.from.member !== member) : room.messages;
  return { ...room, messages, ignored: on ? [...others, member] : others };
}

/** @type {Record<string, (room: Room, line: any) => Room>} */
export const events = {
  restored(room, { message }) {
    const gone = room.gone.filter((id) => id !== message.id);
    return { ...room, gone, messages: msgs.restore(room.messages, message, room.more) };
  },
  wiped(room, { messages: ids, at }) {
    const staff = room.role !== 'participant';
    let messages = room.messages;
    for (const id of ids) messages = msgs.remove(messages, id, { at, by: 'moderator', staff, erased: true });
    return { ...room, messages };
  },
  lapsed(room, { until }) {
    return { ...room, messages: msgs.lapse(room.messages, until) };
  },
  note(room, { note, held }) {
    const next = noted(room, note);
    if (!held) return next;
    if (!note.mine) return heldGone(next, held);
    const mark = (/** @type {Held} */ h) => (h.id === held ? { ...h, state: /** @type {const} */ ('declined'), note: note.id } : h);
    return { ...next, heldBack: next.heldBack.map(mark) };
  },
  appeal(room, { note, message, held }) {
    let next = noted(room, note);
    if (message) next = events.restored(next, { message });
    if (held) next = events.held(next, { held });
    return next;
  },
  term(room, { member, until = 0 }) {
    const own = member === room.you;
    return { ...room, endsAt: own ? until : room.endsAt, terms: { ...room.terms, [member]: until } };
  },
  label(room, { member, text }) {
    return { ...room, labels: { ...room.labels, [member]: text } };
  },
  policy(room, { policy }) {
    return { ...room, policy };
  },
  held(room, { held, cmd }) {
    const others = room.heldBack.filter((h) => h.id !== held.id);
    return { ...room, heldBack: [...others, held], pending: pend.settle(room.pending, cmd ?? held.cmd) };
  },
  held_gone(room, { held, cmd }) {
    return { ...heldGone(room, held), pending: pend.settle(room.pending, cmd) };
  },
  reports(room, { message, reports }) {
    const others = room.reported.filter((r) => r.message !== message);
    const reported = reports.open && room.role !== 'participant' ? [...others, { ...reports, message }] : others;
    return { ...room, reported, messages: msgs.change(room.messages, message, (m) => ({ ...m, reports })) };
  },
  line(room, { member, line, waits }) {
    const page = room.lines[member] ?? { entries: [], more: room.role !== 'participant' };
    const entries = page.entries.some((e) => e.id === line.id) ? page.entries : [...page.entries, line];
    const next = readByWriting({ ...room, lines: { ...room.lines, [member]: { ...page, entries } } }, member, line);
    return waits === undefined ? next : { ...next, waits: { ...room.waits, [member]: waits } };
  },
  line_gone(room, { member, line }) {
    const page = room.lines[member];
    if (!page) return room;
    return { ...room, lines: { ...room.lines, [member]: { ...page, entries: page.entries.filter((e) => e.id !== line) } } };
  },
  line_wait(room, { member, waits }) {
    return { ...room, waits: { ...room.waits, [member]: waits } };
  },
};

/**
 * How much waits for the team in a room: messages to look at, reports, appeals, private lines.
 * @param {Room} room
 */
export function waitingFor(room) {
  if (room.role === 'participant' || room.role === 'visitor') return 0;
  const held = room.heldBack.filter((h) => h.state === 'waiting').length;
  const reports = room.reported.length;
  const appeals = room.notes.filter((n) => n.appeal?.state === 'open' && n.by?.member !== room.you).length;
  const calls = Object.keys(room.calls).length;
  return held + reports + appeals + calls + Object.values(room.waits).filter((since) => since > 0).length;
}
