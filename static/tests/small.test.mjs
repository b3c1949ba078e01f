import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Idle } from '../idle.js';
import { call, codeOf } from '../api.js';
import { shiftCounter } from '../leave.js';
import { ago, useWords, word } from '../words.js';
import { uuid7 } from '../uuid.js';
import { Machine } from './machine.mjs';

test('uuid7 is version 7, variant 10, lower case, with its time in front', () => {
  const random = new Uint8Array(16).fill(0xff);
  const id = uuid7(0x0123456789ab, random);
  assert.equal(id, '01234567-89ab-7fff-bfff-ffffffffffff');
  assert.deepEqual(random, new Uint8Array(16).fill(0xff), 'its argument is left alone');
  assert.ok(uuid7(1, random) < uuid7(2, new Uint8Array(16)));
});

test('shift three times, at most 5 s apart, other keys start anew', () => {
  const press = (counter, ...keys) => keys.map(([key, timeStamp, repeat]) => counter({ key, timeStamp, repeat })).at(-1);
  assert.equal(press(shiftCounter(), ['Shift', 0], ['Shift', 4_900], ['Shift', 9_800]), true);
  assert.equal(press(shiftCounter(), ['Shift', 0], ['Shift', 5_100], ['Shift', 6_000]), false);
  assert.equal(press(shiftCounter(), ['Shift', 0], ['Shift', 1], ['a', 2], ['Shift', 3]), false);
  assert.equal(press(shiftCounter(), ['Shift', 0], ['Shift', 1, true], ['Shift', 2, true]), false, 'held down');
});

function idling(tells = async () => null) {
  const machine = new Machine();
  const told = [];
  const idle = new Idle({
    serverNow: machine.now, after: machine.after,
    tell: () => { told.push(['tell', machine.time]); return tells(machine); },
    warn: (on) => told.push(['warn', on, machine.time]), lock: () => told.push(['lock', machine.time]),
  });
  idle.start();
  return { machine, told, idle };
}

test('the lock warns 20 s before and then locks', async () => {
  const { machine, told, idle } = idling();
  idle.locksAt(101_000);
  await machine.pass(79_999);
  assert.deepEqual(told, []);
  await machine.pass(1);
  assert.deepEqual(told, [['warn', true, 81_000]]);
  await machine.pass(20_000);
  assert.deepEqual(told.slice(1), [['warn', false, 101_000], ['lock', 101_000]]);
});

test('a touch during the warning is told at once and takes it away', async () => {
  const { machine, told, idle } = idling(async (m) => m.time + 900_000);
  idle.locksAt(31_000);
  await machine.pass(15_000);
  idle.touched();
  await machine.pass(0);
  assert.deepEqual(told, [['warn', true, 11_000], ['tell', 16_000], ['warn', false, 16_000]]);
});

test('touches are told once a minute, the last one too', async () => {
  const { machine, told, idle } = idling(async (m) => m.time + 900_000);
  idle.locksAt(901_000);
  for (let i = 0; i < 90; i++) {
    idle.touched();
    await machine.pass(1_000);
  }
  await machine.pass(100_000);
  assert.deepEqual(told, [['tell', 61_000], ['tell', 121_000]]);
});

test('another tab’s activity moves the lock away', async () => {
  const { machine, told, idle } = idling();
  idle.locksAt(31_000);
  await machine.pass(12_000);
  idle.locksAt(931_000);
  await machine.pass(60_000);
  assert.deepEqual(told.map((t) => t.slice(0, 2)), [['warn', true], ['warn', false]]);
});

test('words fill their fields, count, and show a gap', () => {
  useWords({ a: { b: 'Hi {name}', n: { one: '{n} day', other: '{n} days' } } }, 'en');
  assert.equal(word('a.b', { name: '{x}' }), 'Hi {x}');
  assert.equal(word('a.n', { n: 1 }), '1 day');
  assert.equal(word('a.n', { n: 2 }), '2 days');
  assert.equal(word('a.none'), 'a.none');
});

test('how long ago, in words', () => {
  const now = new Date(2026, 10, 30, 20, 0).getTime();
  const minute = 60_000;
  const said = [10_000, 5 * minute, 59 * minute, 60 * minute, 5 * 60 * minute, 22 * 60 * minute, 3 * 1440 * minute].map((ms) => ago(now - ms, now));
  assert.deepEqual(said, ['1 minute ago', '5 minutes ago', '59 minutes ago', '1 hour ago', '5 hours ago', 'yesterday', '3 days ago']);
});

test('an answer that was cut off is none, also where a browser has no clock for it', async () => {
  const { fetch } = globalThis;
  const { timeout } = AbortSignal;
  const codes = [];
  try {
    globalThis.fetch = async () => new Response('{"items": [', { status: 200 });
    codes.push(await call('/api/console').catch(codeOf));
    AbortSignal.timeout = undefined;
    codes.push(await call('/api/console').catch(codeOf));
    globalThis.fetch = async () => new Response('{"items": []}', { status: 200 });
    codes.push(await call('/api/console').catch(codeOf));
  } finally {
    globalThis.fetch = fetch;
    AbortSignal.timeout = timeout;
  }
  assert.deepEqual(codes, ['offline', 'offline', { items: [] }]);
});
