import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gentle } from '../gentle.js';

const strict = { links: false, contact: false, medicine: false };
const kinds = (text, fine = strict) => gentle(text, fine).map((f) => f.kind).join(' ');

test('what is plain is found, with its place', () => {
  for (const [text, want] of [
    ['call me, 555-867-5309', 'phone'], ['my number is +1 (415) 555 2671', 'phone'], ['07700 900123 if you want', 'phone'], ['0151 230 4567', 'phone'],
    ['write to wren.f+group@example.org', 'email'], ['find me on there', 'handle'], ['add me on snap', 'handle'], ['my insta is private', 'handle'], ['@quiet.river', 'handle'],
    ['I live at 12 Harbour Street', 'address'], ['come to 4 Old Mill Lane', 'address'],
    ['see www.example.org/meeting', 'link'], ['look at example.com', 'link'], ['https://example.org helped me', 'link'], ['it is on youtu.be.com/x', 'link'], ['bit.ly/3abc', 'link'],
    ['they put me on Suboxone', 'medicine'], ['XANAX was the worst', 'medicine'], ['x4nax', 'medicine'], ['métḧadone', 'medicine'], ['20 mg at night', 'dose'], ['took 4 pills', 'dose'],
    ['Seroquel 50mg', 'medicine dose'], ['mail a@b.org or 415 555 2671', 'email phone'],
  ]) {
    assert.equal(kinds(text), want, text);
  }
  const [{ from, to }] = gentle('yes: 555-867-5309!', strict);
  assert.equal('yes: 555-867-5309!'.slice(from, to), '555-867-5309');
});

test('everyday words are left alone', () => {
  for (const text of [
    'Day 1000000 feels like day one', '30 days today', 'since 2019-2024 I was gone', '2026-11-27', '11/25/2026', '25.11.2026 was hard', 'at 18:30', 'it cost $1,250,000.00',
    'call 988', 'text HOME to 741741', '116 123 helped me', '13 11 14', '1-800-662-4357', 'I am fine.I am tired', 'e.g. a walk', 'ok.so what', 'i.e. me', '3.5 hours of sleep',
    'my doctor changed my antidepressant', 'opioids took years from me', 'benzos', 'I miss the speed of it', 'no ice, thanks', 'candy and a car', '5 min at a time', 'ten pounds', '2 beers',
    'I signal when I turn', 'my phone died', 'message me after group? no.', 'tired.me too', '12 steps', '4 Old friends', 'the 12 Apostles', 'a glass of 200 ml milk',
    '👍 100%', 'Ничего, 3 дня', '三天了', 'I weigh 70 kg', 'room 101 at 9', 'you@', '@ home', 'he said: "no"', '1.2.3', '', '\n\n', 'mg', 'pills scare me', 'x'.repeat(4000),
  ]) {
    assert.equal(kinds(text), '', text.slice(0, 60));
  }
});

test('what the room welcomes is not mentioned', () => {
  const all = 'www.example.org 415 555 2671 Zoloft';
  assert.equal(kinds(all, { links: true, contact: true, medicine: true }), '');
  assert.equal(kinds(all, { links: true, contact: false, medicine: true }), 'phone');
});

test('long and hostile words take no longer than their length', () => {
  const cost = (text) => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < 20; i++) gentle(text, strict);
    return Number(process.hrtime.bigint() - start);
  };
  for (const unit of ['1-', 'a.', '@@', '1 ', 'a@', '.com', '-', '(1)', 'Aa ', '12 Aa ', 'www.']) {
    cost(unit.repeat(500));
    const [short, long] = [cost(unit.repeat(1000)), cost(unit.repeat(4000))];
    assert.ok(long < 60 * short + 50e6, `${unit}: ${short} and ${long}`);
  }
});
