import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jitter } from '../backoff.js';
import { Pace } from '../pace.js';
import { Link } from '../protocol.js';
import { Machine, settle } from './machine.mjs';

const START = 1_700_000_000_000;

/** A link on a machine, with a record of what it told. */
function linked(more = {}) {
  const machine = new Machine();
  const told = { heard: [], states: [], stopped: [], joined: [], refused: [], locks: [], forgot: 0, checks: 0 };
  const link = new Link({
    ...machine,
    check: async () => {
      told.checks += 1;
      return told.verdict ?? 'ok';
    },
    joinFields: () => told.fields ?? { history: 50 },
    joined: (room, ok) => told.joined.push([room, ok]),
    joinRefused: (room, code) => told.refused.push([room, code]),
    heard: (line) => told.heard.push(line),
    forget: () => (told.forgot += 1),
    locks: (at) => told.locks.push(at),
    state: (state) => told.states.push(state),
    stopped: (why) => told.stopped.push(why),
    ...more,
  });
  return { machine, told, link };
}

const hello = (rooms = []) => JSON.stringify({ hello: { protocol: 'kith.v1', now: START, locks_at: START + 9, rooms } });
const sentOf = (machine, verb) => machine.wire.sent.filter((line) => line.do === verb);

async function up(t) {
  t.link.start();
  await t.machine.pass(500);
  t.machine.wire.on.text(hello());
  await settle();
}

/** Up, in room r. */
async function inside(t) {
  t.link.follow('r');
  await up(t);
  joinOk(t);
  await settle();
}

function joinOk(t) {
  const join = sentOf(t.machine, 'join').at(-1);
  t.machine.wire.on.text(JSON.stringify({ answer: join.id, ok: { pos: 'p1' } }));
}

test('jitter is full, starts at the first try, and is bounded', () => {
  assert.equal(jitter(0, () => 0), 0);
  assert.equal(jitter(0, () => 0.999), 499);
  assert.equal(jitter(3, () => 0.5), 2000);
  assert.equal(jitter(40, () => 0.5), 15_000);
  assert.equal(jitter(0, () => 0.5, 4000), 4250);
});

test('the first attempt waits too', async () => {
  const t = linked();
  t.link.start();
  await t.machine.pass(249);
  assert.equal(t.machine.wires.length, 0);
  await t.machine.pass(1);
  assert.equal(t.machine.wires.length, 1);
});

test('attempts without success wait longer and longer', async () => {
  const t = linked();
  t.link.start();
  const waits = [];
  let last = t.machine.time;
  for (let i = 0; i < 9; i++) {
    while (t.machine.wires.length <= i) await t.machine.pass(50);
    waits.push(t.machine.time - last);
    t.machine.wire.on.closed(4000);
    last = t.machine.time;
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test('only a link that lived through a ping earns a quick first retry', async () => {
  for (const [lived, wait] of [[false, 2_000], [true, 250]]) {
    const t = linked();
    t.link.start();
    for (let i = 0; i < 2; i++) {
      await t.machine.pass(2_000);
      t.machine.wire.on.closed(4000);
    }
    await t.machine.pass(2_000);
    t.machine.wire.on.text(hello());
    if (lived) {
      await t.machine.pass(10_000);
      const ping = sentOf(t.machine, 'ping')[0];
      t.machine.wire.on.text(JSON.stringify({ answer: ping.id, ok: { now: START, locks_at: 5 } }));
      await settle();
    }
    const before = t.machine.wires.length;
    t.machine.wire.on.closed(4000);
    await t.machine.pass(wait - 1);
    assert.equal(t.machine.wires.length, before, `lived: ${lived}`);
    await t.machine.pass(1);
    assert.equal(t.machine.wires.length, before + 1, `lived: ${lived}`);
  }
});

test('a new id carries the server time, not the local one', async () => {
  const t = linked();
  await up(t);
  const id = t.link.newId();
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(parseInt(id.replaceAll('-', '').slice(0, 12), 16), START);
});

test('a ping goes out every 10 s, and silence for 8 s after one ends the link', async () => {
  const t = linked();
  await up(t);
  await t.machine.pass(10_000);
  assert.equal(sentOf(t.machine, 'ping').length, 1);
  await t.machine.pass(7_900);
  assert.equal(t.machine.wires[0].closed, false);
  await t.machine.pass(200);
  assert.equal(t.machine.wires[0].closed, true, 'dead after 18 s, within the promised 20');
});

test('any line counts as life', async () => {
  const t = linked();
  await up(t);
  await t.machine.pass(17_000);
  t.machine.wire.on.text('{"signal":"rooms"}');
  await t.machine.pass(2_500);
  assert.equal(t.machine.wires[0].closed, false);
});

test('a pong moves the clock and the lock', async () => {
  const t = linked();
  await up(t);
  await t.machine.pass(10_000);
  const ping = sentOf(t.machine, 'ping')[0];
  t.machine.wire.on.text(JSON.stringify({ answer: ping.id, ok: { now: START + 99_000, locks_at: 5 } }));
  await settle();
  assert.equal(t.link.now(), START + 99_000);
  assert.equal(t.told.locks.at(-1), 5);
});

test('an unanswered logged command goes out again, once, with the same id, after the join', async () => {
  const t = linked();
  await inside(t);
  const { id, answer } = t.link.command('post', { room: 'r', text: 'hi' });
  assert.equal(sentOf(t.machine, 'post').length, 1);
  t.machine.wire.on.closed(4000);
  await t.machine.pass(1_000);
  assert.equal(t.machine.wires.length, 2);
  t.machine.wire.on.text(hello());
  await settle();
  assert.equal(sentOf(t.machine, 'post').length, 0, 'not before the room is joined');
  joinOk(t);
  await settle();
  assert.deepEqual(sentOf(t.machine, 'post'), [{ do: 'post', id, room: 'r', text: 'hi' }]);
  t.machine.wire.on.text(JSON.stringify({ answer: id, ok: { at: 1, pos: 'p2', message: 'm' } }));
  assert.equal((await answer).ok.message, 'm');
  t.machine.wire.on.closed(4000);
  await t.machine.pass(30_000);
  t.machine.wire.on.text(hello());
  await settle();
  joinOk(t);
  await settle();
  assert.equal(sentOf(t.machine, 'post').length, 0, 'answered: never again');
});

test('what is asked while offline goes out in its order', async () => {
  const t = linked();
  const delays = [];
  t.link.follow('r');
  t.link.command('post', { room: 'r', text: '1' }, { delayed: (code) => delays.push(code) });
  t.link.command('post', { room: 'r', text: '2' });
  assert.deepEqual(delays, ['offline']);
  await inside(t);
  assert.deepEqual(sentOf(t.machine, 'post').map((line) => line.text), ['1', '2']);
});

test('what is not logged ends with the connection', async () => {
  const t = linked();
  await inside(t);
  const { answer } = t.link.command('history', { room: 'r', before: 'm' });
  t.machine.wire.on.closed(1006);
  assert.equal((await answer).error.code, 'lost');
});

test('a server that is behind is waited for: nothing is given up, and all goes out when it is back', async () => {
  const t = linked();
  await inside(t);
  t.link.follow('r2');
  const say = (line) => t.machine.wire.on.text(JSON.stringify(line));
  say({ signal: 'behind', on: true });
  assert.equal(t.link.behind, true);
  say({ answer: sentOf(t.machine, 'join').at(-1).id, error: { code: 'behind' } });
  const { id, answer } = t.link.command('post', { room: 'r', text: 'hi' });
  for (let i = 0; i < 30; i++) {
    say({ answer: id, error: { code: 'behind' } });
    for (let s = 0; s < 20; s++) {
      await t.machine.pass(1_000);
      say({ signal: 'rooms' });
    }
  }
  say({ answer: id, error: { code: 'behind' } });
  say({ answer: sentOf(t.machine, 'join').at(-1).id, error: { code: 'behind' } });
  await settle();
  const posts = sentOf(t.machine, 'post').length;
  const joins = sentOf(t.machine, 'join').length;
  say({ signal: 'behind', on: false });
  await settle();
  assert.equal(t.link.behind, false);
  assert.equal(sentOf(t.machine, 'post').length, posts + 1, 'the post is asked again at once');
  assert.equal(sentOf(t.machine, 'join').length, joins + 1, 'and so is the join');
  assert.equal(new Set(sentOf(t.machine, 'post').map((line) => line.id)).size, 1);
  say({ answer: id, ok: {} });
  assert.ok((await answer).ok);
});

test('not_known and not_saved are asked again with the same id; not_saved gives up in the end', async () => {
  const t = linked();
  await inside(t);
  const { id, answer } = t.link.command('post', { room: 'r', text: 'hi' });
  for (let i = 0; i < 6; i++) {
    t.machine.wire.on.text(JSON.stringify({ answer: id, error: { code: 'not_saved' } }));
    await settle();
    t.machine.wire.on.text('{"signal":"rooms"}');
    if (i < 5) {
      const before = sentOf(t.machine, 'post').length;
      for (let s = 0; s < 20 && sentOf(t.machine, 'post').length === before; s++) {
        await t.machine.pass(1_000);
        t.machine.wire.on.text('{"signal":"rooms"}');
      }
      assert.equal(sentOf(t.machine, 'post').length, before + 1);
    }
  }
  assert.equal((await answer).error.code, 'not_saved');
  assert.equal(new Set(sentOf(t.machine, 'post').map((line) => line.id)).size, 1);
});

test('close codes: resume, reload, stay away', async () => {
  const t = linked();
  await up(t);
  t.machine.wire.on.closed(4101);
  assert.equal(t.told.forgot, 1);
  assert.equal(t.link.state, 'waiting');
  for (const [code, why] of [[4200, 'signed_out'], [4201, 'locked'], [4202, 'too_many'], [4203, 'refused']]) {
    const u = linked();
    await up(u);
    u.machine.wire.on.closed(code);
    await u.machine.pass(60_000);
    assert.deepEqual(u.told.stopped, [why]);
    assert.equal(u.machine.wires.length, 1);
  }
});

test('a close without a code asks over HTTP first', async () => {
  const t = linked();
  await up(t);
  t.told.verdict = 'signed_out';
  t.machine.wire.on.closed(1006);
  await t.machine.pass(5_000);
  assert.equal(t.told.checks, 1);
  assert.deepEqual(t.told.stopped, ['signed_out']);
  assert.equal(t.machine.wires.length, 1);
});

test('come_back is waited for, with jitter on top', async () => {
  const t = linked();
  await up(t);
  t.machine.wire.on.text('{"signal":"come_back","in_ms":4000}');
  t.machine.wire.on.closed(4000);
  await t.machine.pass(4_400);
  assert.equal(t.machine.wires.length, 1);
  await t.machine.pass(200);
  assert.equal(t.machine.wires.length, 2);
});

test('the words of an old connection are not heard', async () => {
  const t = linked();
  await up(t);
  const old = t.machine.wire;
  old.on.closed(4000);
  old.on.text('{"event":"message","room":"r"}');
  assert.equal(t.told.heard.filter((line) => line.event).length, 0);
});

test('a refused join ends the room and its commands', async () => {
  const t = linked();
  t.link.follow('r');
  const { answer } = t.link.command('post', { room: 'r', text: 'hi' });
  await up(t);
  const join = sentOf(t.machine, 'join')[0];
  t.machine.wire.on.text(JSON.stringify({ answer: join.id, error: { code: 'no_such_room' } }));
  assert.equal((await answer).error.code, 'no_such_room');
  assert.deepEqual(t.told.refused, [['r', 'no_such_room']]);
});

test('each room is joined once, also when hello brings it', async () => {
  const t = linked({ heard: (line) => line.hello && t.link.follow('n') });
  t.link.follow('r');
  await up(t);
  assert.deepEqual(sentOf(t.machine, 'join').map((line) => line.room), ['r', 'n']);
});

test('a lock keeps what was not answered for the time after it', async () => {
  const t = linked();
  await inside(t);
  const { id } = t.link.command('post', { room: 'r', text: 'hi' });
  t.machine.wire.on.text(JSON.stringify({ answer: id, error: { code: 'locked' } }));
  await settle();
  assert.deepEqual(t.told.stopped, ['locked']);
  await inside(t);
  assert.equal(sentOf(t.machine, 'post')[0].id, id);
});

test('the pace stays under the server limit', async () => {
  const machine = new Machine();
  const pace = new Pace(machine.now, machine.after);
  pace.reset();
  const ran = [];
  for (let i = 0; i < 40; i++) pace.run(() => ran.push(machine.time));
  assert.equal(ran.length, 15);
  await machine.pass(2_000);
  assert.equal(ran.length, 23);
  await machine.pass(10_000);
  assert.equal(ran.length, 40);
});
