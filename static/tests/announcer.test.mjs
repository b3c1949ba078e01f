import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Announcer } from '../announcer.js';
import { heard, mentions } from '../hearing.js';
import { useWords } from '../words.js';
import { Machine } from './machine.mjs';

useWords({ hearing: { message: '{alias}: {text}', removed: 'A message was removed' } }, 'en');

function speaking() {
  const machine = new Machine();
  const said = [];
  const seen = [];
  const announcer = new Announcer({
    show: (tone, text) => text && said.push([machine.time - 1_000, tone, text]),
    after: machine.after,
    many: (n) => `${n} new messages`,
    trouble: (text) => seen.push(text),
  });
  return { machine, said, seen, announcer };
}

test('one a second, in order', async () => {
  const { machine, said, announcer } = speaking();
  for (const text of ['a', 'b', 'c']) announcer.message(text);
  await machine.pass(5_000);
  assert.deepEqual(said, [[0, 'polite', 'a'], [1_000, 'polite', 'b'], [2_000, 'polite', 'c']]);
});

test('what goes wrong where nothing shows it is seen and heard, until it is over', async () => {
  const { machine, said, seen, announcer } = speaking();
  announcer.trouble('It did not work.');
  await machine.pass(1_000);
  assert.deepEqual([said, seen], [[[0, 'assertive', 'It did not work.']], ['It did not work.']]);
  announcer.clear(); // another room: it still stands there
  assert.equal(seen.at(-1), 'It did not work.');
  announcer.calm();
  assert.equal(seen.at(-1), '');
});

test('more than three that wait become one sentence', async () => {
  const { machine, said, announcer } = speaking();
  for (let i = 0; i < 50; i++) announcer.message(`m${i}`);
  announcer.status('Sent');
  await machine.pass(60_000);
  assert.deepEqual(said.map((s) => s[2]), ['m0', '49 new messages', 'Sent']);
});

test('a failure goes first, and does not cut off what is being said', async () => {
  const { machine, said, announcer } = speaking();
  announcer.message('a');
  announcer.message('b');
  announcer.failure('Not sent');
  await machine.pass(5_000);
  assert.deepEqual(said.map((s) => s.slice(1)), [['polite', 'a'], ['assertive', 'Not sent'], ['polite', 'b']]);
});

test('clear says nothing of what waits', async () => {
  const { machine, said, announcer } = speaking();
  announcer.message('a');
  announcer.message('b');
  announcer.clear();
  await machine.pass(5_000);
  assert.deepEqual(said.map((s) => s[2]), ['a']);
});

const room = {
  you: 'i', members: { i: { member: 'i', alias: 'Juniper', role: 'participant' } },
  messages: [{ id: 'old', at: 1, from: { alias: 'Wren', role: 'participant' }, text: '' }],
};
const message = (more = {}) => ({ event: 'message', message: { id: 'm', at: 2, from: { alias: 'Wren', role: 'participant' }, text: 'hi', ...more } });

test('what is spoken is what the person chose', () => {
  const dana = { from: { alias: 'Dana', role: 'moderator' } };
  assert.deepEqual(heard(room, message(), 'all'), { kind: 'message', text: 'Wren: hi' });
  assert.equal(heard(room, message(), 'staff'), null);
  assert.equal(heard(room, message(dana), 'staff')?.kind, 'message');
  assert.equal(heard(room, message({ text: 'for Juniper' }), 'staff')?.kind, 'message');
  assert.equal(heard(room, message(), 'counts')?.kind, 'count');
  assert.equal(heard(room, message(), 'off'), null);
});

test('never one’s own, a repeat, an edit, a reaction, or who came', () => {
  assert.equal(heard(room, message({ mine: true }), 'all'), null);
  assert.equal(heard(room, message({ id: 'old' }), 'all'), null);
  for (const kind of ['edited', 'reaction', 'member', 'member_left', 'room']) {
    assert.equal(heard(room, { event: kind, message: 'old' }, 'all'), null);
  }
});

test('a removal is neutral, and silent if the message was not shown', () => {
  assert.deepEqual(heard(room, { event: 'removed', message: 'old' }, 'all'), { kind: 'status', text: 'A message was removed' });
  assert.equal(heard(room, { event: 'removed', message: 'else' }, 'all'), null);
});

test('a mention is a whole name', () => {
  assert.equal(mentions('thanks juniper!', 'Juniper'), true);
  assert.equal(mentions('junipers', 'Juniper'), false);
  assert.equal(mentions('hello', ''), false);
});
