import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstUnread } from '../messages.js';
import { current, newer } from '../shift.js';
import { emptyState, fold, timed, unsaved } from '../store.js';

const wren = { member: 'w', alias: 'Wren', role: 'participant' };
const me = { member: 'i', alias: 'Juniper', role: 'participant' };
const said = (n, more = {}) => ({ id: `m${n}`, at: n, from: wren, text: `text ${n}`, ...more });
const event = (n, more = {}) => ({ event: 'message', room: 'r', pos: `p${n}`, at: n, message: said(n, more) });
const run = (state, ...inputs) => inputs.reduce(fold, state);

/** A room that was joined with these messages. */
function joined(messages = [], more = {}) {
  const row = { room: 'r', name: 'Evening', role: more.role ?? 'participant', unread: 0 };
  const ok = {
    reset: true, pos: 'p0', you: 'i', role: 'participant', messages, more: false, unread: 0, here: ['i'], here_count: 1,
    room: { room: 'r', name: 'Evening', topic: '', rules: '', members: [wren, me] }, ...more,
  };
  return run(emptyState(), { local: 'rooms', rooms: [row] }, { local: 'joined', room: 'r', ok }, { local: 'open', room: 'r' });
}
const ids = (state) => state.rooms.r.messages.map((m) => m.id);

test('every event twice is the same as once', () => {
  const events = [
    event(1), event(2, { mine: true, from: me, cmd: 'c2' }), event(3, { reply_to: 'm1' }),
    { event: 'edited', room: 'r', pos: 'p4', at: 4, message: 'm1', text: 'new' },
    { event: 'reaction', room: 'r', pos: 'p5', at: 5, message: 'm3', reaction: 'hug', member: 'w', on: true },
    { event: 'removed', room: 'r', pos: 'p6', at: 6, message: 'm1', by: 'author' },
    { event: 'member', room: 'r', pos: 'p7', at: 7, member: { ...wren, alias: 'Finch' } },
    { event: 'room', room: 'r', pos: 'p8', at: 8, topic: 'Sunday' },
  ];
  const once = run(joined(), ...events);
  assert.deepEqual(run(joined(), ...events.flatMap((e) => [e, e])), once);
  assert.deepEqual(run(once, ...events), once, 'the whole gap again');
  assert.deepEqual(ids(once), ['m2', 'm3']);
  assert.equal(once.rooms.r.messages[1].reply_gone, true);
  assert.equal(once.rooms.r.pos, 'p8');
});

test('fold changes nothing it was given', () => {
  const deepFreeze = (o) => (typeof o === 'object' && o ? (Object.values(o).forEach(deepFreeze), Object.freeze(o)) : o);
  const before = deepFreeze(joined([said(1)]));
  const next = run(before, event(2), { event: 'edited', room: 'r', pos: 'p', at: 9, message: 'm1', text: 'x' },
    { event: 'removed', room: 'r', pos: 'p', at: 9, message: 'm1', by: 'author' });
  assert.deepEqual(ids(next), ['m2']);
});

test('a reset forgets what was held; a resume keeps it', () => {
  const before = joined([said(1), said(2)]);
  const ok = (more) => ({ pos: 'p9', you: 'i', role: 'participant', messages: [], more: true, unread: 0, here: null,
    here_count: 7, room: { room: 'r', name: 'Evening', topic: 'T', rules: '', members: [] }, ...more });
  const resumed = fold(before, { local: 'joined', room: 'r', ok: ok({ reset: false }) });
  assert.deepEqual(ids(resumed), ['m1', 'm2']);
  assert.equal(resumed.rooms.r.pos, 'p0', 'only events move the position in a resume');
  assert.equal(resumed.rooms.r.topic, 'T');
  assert.deepEqual(ids(fold(resumed, event(3))), ['m1', 'm2', 'm3']);
  const reset = fold(before, { local: 'joined', room: 'r', ok: ok({ reset: true, messages: [said(8)] }) });
  assert.deepEqual(ids(reset), ['m8']);
  assert.equal(reset.rooms.r.pos, 'p9');
});

test('staff keep an empty row of a taken-back message', () => {
  const staff = joined([said(1), said(2, { reply_to: 'm1' })], { role: 'moderator' });
  const next = fold(staff, { event: 'removed', room: 'r', pos: 'p', at: 5, message: 'm1', by: 'author' });
  assert.equal(next.rooms.r.messages[0].text, '');
  assert.equal(next.rooms.r.messages[0].removed_at, 5);
  assert.equal(next.rooms.r.messages[1].reply_gone, true);
});

test('an event about a message not held changes nothing but the position', () => {
  const before = joined([said(5)], { more: true });
  const next = run(before, { event: 'edited', room: 'r', pos: 'p9', at: 9, message: 'm1', text: 'x' }, event(2));
  assert.deepEqual(next.rooms.r.messages, before.rooms.r.messages);
});

test('an older edit does not undo a newer one', () => {
  const edited = (at, text) => ({ event: 'edited', room: 'r', pos: 'p', at, message: 'm1', text });
  const next = run(joined([said(1)]), edited(5, 'new'), edited(4, 'old'));
  assert.equal(next.rooms.r.messages[0].text, 'new');
});

const pending = { local: 'pending', room: 'r', item: { cmd: 'c7', verb: 'post', text: 'x', state: 'sending', at: 7 } };
const answered = { local: 'pending_changed', room: 'r', cmd: 'c7', fields: { state: 'sent', message: 'm7' } };
const own = event(7, { mine: true, from: me, cmd: 'c7' });

test('own event before or after the answer ends the wait alike', () => {
  for (const inputs of [[own, answered], [answered, own]]) {
    const next = run(joined(), pending, ...inputs);
    assert.deepEqual(next.rooms.r.pending, []);
    assert.deepEqual(ids(next), ['m7']);
    assert.equal(next.rooms.r.unread, 0);
  }
});

test('a reset keeps what is not known to be saved, drops what is shown or durable', () => {
  const other = { ...pending, item: { ...pending.item, cmd: 'c8' } };
  const third = { ...pending, item: { ...pending.item, cmd: 'c9' } };
  const before = run(joined(), pending, answered, other, third);
  const ok = { reset: true, pos: 'p9', you: 'i', role: 'participant', more: false, unread: 0, here: [], here_count: 0,
    messages: [said(9, { cmd: 'c9', mine: true })], room: { room: 'r', name: '', topic: '', rules: '', members: [] } };
  const next = fold(before, { local: 'joined', room: 'r', ok });
  assert.deepEqual(next.rooms.r.pending.map((p) => p.cmd), ['c8']);
  assert.equal(unsaved(next), true);
});

test('a lock empties the text and keeps what is not saved', () => {
  const next = run(joined([said(1)]), pending, { local: 'emptied' });
  assert.deepEqual(next.rooms.r.messages, []);
  assert.deepEqual(next.rooms.r.members, {});
  assert.equal(next.rooms.r.pending.length, 1);
});

test('unread counts what others wrote, once', () => {
  const next = run(joined(), event(1), event(1), own);
  assert.equal(next.rooms.r.unread, 1);
  assert.equal(fold(next, { local: 'read', room: 'r', message: 'm7' }).rooms.r.unread, 0);
});

test('unread of the open room is not counted twice over a hello and a resume', () => {
  const before = run(joined([said(1)]), event(2));
  const row = { room: 'r', name: 'Evening', role: 'participant', unread: 3 };
  const resume = { reset: false, pos: 'p4', you: 'i', role: 'participant', messages: [], more: false, unread: 3, here: null,
    here_count: 1, room: { room: 'r', name: '', topic: '', rules: '', members: [] } };
  const next = run(before, { hello: { rooms: [row] } }, { local: 'joined', room: 'r', ok: resume }, event(3), event(4));
  assert.equal(next.rooms.r.unread, 3);
});

test('older pages go in front, without doubles', () => {
  const next = fold(joined([said(3)], { more: true }), { local: 'page', room: 'r', page: { messages: [said(1), said(2), said(3)], more: false } });
  assert.deepEqual(ids(next), ['m1', 'm2', 'm3']);
  assert.equal(next.rooms.r.more, false);
});

test('typing ends with a message, with its time, and with the word', () => {
  const typing = (on) => timed({ signal: 'typing', room: 'r', member: 'w', on }, 100);
  const is = (state) => Object.keys(state.rooms.r.typing);
  assert.deepEqual(is(fold(joined(), typing(true))), ['w']);
  assert.deepEqual(is(run(joined(), typing(true), typing(false))), []);
  assert.deepEqual(is(run(joined(), typing(true), event(1))), []);
  assert.deepEqual(is(run(joined(), typing(true), { local: 'tick', now: 6_000 })), ['w']);
  assert.deepEqual(is(run(joined(), typing(true), { local: 'tick', now: 6_101 })), []);
});

test('a room that left the list is gone with its text', () => {
  const next = fold(joined([said(1)]), { local: 'rooms', rooms: [] });
  assert.deepEqual(next, { rooms: {}, open: null });
});

test('the place of unread is counted back over others’ messages', () => {
  const messages = [said(1), said(2, { mine: true }), said(3), said(4, { removed_at: 5 }), said(5)];
  assert.equal(firstUnread(messages, 2), 'm3');
  assert.equal(firstUnread(messages, 3), 'm1');
  assert.equal(firstUnread(messages, 4), null);
  assert.equal(firstUnread(messages, 0), null);
});

test('who is there, calls and the pinned message are folded, each twice as well as once', () => {
  const at = (n, more) => ({ room: 'r', pos: `p${n}`, at: n, ...more });
  const events = [
    event(1), at(2, { event: 'duty', on_duty: ['w'] }), at(3, { event: 'pinned', message: said(1) }),
    at(4, { event: 'edited', message: 'm1', text: 'new' }), at(5, { event: 'calendar', calendar: { quiet: true } }),
    at(6, { event: 'call', member: 'i', call: { at: 6 } }),
  ];
  const once = run(joined(), ...events);
  assert.deepEqual(run(joined(), ...events.flatMap((e) => [e, e])), once);
  const { onDuty, pinned, calendar, call } = once.rooms.r;
  assert.deepEqual([onDuty, pinned.text, calendar.quiet, call.at], [['w'], 'new', true, 6]);
  const read = run(once, at(7, { event: 'line', member: 'i', line: { id: 'l1', at: 7, from: wren, text: 'here' } }));
  assert.deepEqual(read.rooms.r.call, { at: 6, answered_at: 7, by: wren }, 'writing on the line is reading the call');
  const gone = run(once, at(8, { event: 'removed', message: 'm1', by: 'moderator' }));
  assert.equal(gone.rooms.r.pinned.text, '');
  const back = run(gone, at(9, { event: 'restored', message: said(1) }));
  assert.equal(back.rooms.r.pinned.text, 'text 1');
  assert.equal(run(back, at(10, { event: 'pinned' })).rooms.r.pinned, null);
  const lapsed = run(back, at(10, { event: 'lapsed', until: back.rooms.r.pinned.at }));
  assert.equal(lapsed.rooms.r.pinned, null, 'its term is over');
});

test('the team sees open calls, and those that were read no more', () => {
  const at = (n, more) => ({ room: 'r', pos: `p${n}`, at: n, ...more });
  const staff = joined([], { role: 'moderator' });
  const called = run(staff, at(1, { event: 'call', member: 'w', call: { at: 1 }, waits: 0 }));
  assert.deepEqual(Object.keys(called.rooms.r.calls), ['w']);
  const read = run(called, at(2, { event: 'call', member: 'w', call: { at: 1, answered_at: 2, by: me }, waits: 1 }));
  assert.deepEqual([read.rooms.r.calls, read.rooms.r.waits], [{}, { w: 1 }]);
});

test('of a call told twice the one that knows more counts, and one that was read half a day ago is history', () => {
  const open = { at: 5 };
  const read = { at: 5, answered_at: 9 };
  assert.deepEqual([newer(open, read), newer(read, open), newer(null, open), newer(undefined, null)], [read, read, open, null]);
  assert.deepEqual(newer(read, { at: 10 }), { at: 10 }, 'a call that was made again');
  const half = 12 * 3_600_000;
  assert.deepEqual([current(read, 9 + half - 1), current(read, 9 + half), current(open, 9 + 10 * half)], [read, null, open]);
});

test('a room that cannot be read just now is not left: what was written there waits', () => {
  const written = run(joined([said(1)]), { local: 'pending', room: 'r', item: { cmd: 'c', verb: 'post', text: 'not lost', state: 'waiting', at: 1 } });
  const shut = fold(written, { local: 'rooms', rooms: [{ room: 'r', name: '', role: 'participant', unread: 0, unreadable: true }] });
  const { unreadable, name, pending, messages } = shut.rooms.r;
  assert.deepEqual([unreadable, name, pending.length, messages.length], [true, written.rooms.r.name, 1, 1]);
  const back = fold(shut, { local: 'rooms', rooms: [{ room: 'r', name: 'Evening', role: 'participant', unread: 0 }] });
  assert.deepEqual([back.rooms.r.unreadable, back.rooms.r.pending.length], [false, 1]);
  const fresh = fold(emptyState(), { local: 'rooms', rooms: [{ room: 'r', name: '', role: 'participant', unread: 0, unreadable: true }] });
  assert.deepEqual([fresh.rooms.r.unreadable, fresh.rooms.r.held], [true, false]);
});
