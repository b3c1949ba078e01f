/**
 * A week's times in a form: when the team answers, when the group meets. Days with other times, or none, stand below.
 *
 * @typedef {import('../frames.js').Schedule} Schedule
 * @typedef {import('../frames.js').Span} Span
 */

import { setText, show } from '../template.js';
import { errorWord, word } from '../words.js';
import { freshId } from '../template.js';
import { el } from './el.js';

const DAY = 24 * 60;
/** 2024-01-07 was a Sunday: names of the days, from Sunday on. */
const days = () => Array.from({ length: 7 }, (_none, n) => new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 7 + n)));

/** @param {number} minutes after midnight, of the next day too */
export function clock(minutes) {
  const m = minutes % DAY;
  return `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
}

/**
 * A stretch as two time fields have it. One that ends before it begins ends on the next day.
 * @param {string} from "18:00"
 * @param {string} to
 * @returns {Span | null} null where one is empty
 */
export function spanOf(from, to) {
  const minutes = (/** @type {string} */ text) => {
    const [hour, minute] = text.split(':').map(Number);
    return hour * 60 + minute;
  };
  if (!from || !to) return null;
  const [begins, ends] = [minutes(from), minutes(to)];
  return { from: begins, to: ends > begins ? ends : ends + DAY };
}

/**
 * @typedef {{schedule: Schedule | undefined, quiet?: boolean}} Set quiet: whether it can be said, and is
 *
 * @param {{label: string, now: () => Set, save: (schedule: Schedule, quiet: boolean) => Promise<string>}} how
 * now: as the room has it; save: what went wrong, as a code, or ""
 * @returns {{root: HTMLElement, update: () => void}}
 */
export function hoursForm({ label, now, save }) {
  const zone = zoneField();
  const week = el('ul', { class: 'plain hours-rows' });
  const dates = el('ul', { class: 'plain hours-rows' });
  const tick = /** @type {HTMLInputElement} */ (el('input', { type: 'checkbox' }));
  const wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });
  const saved = el('p', { class: 'soft', role: 'status' });
  const theirs = el('button', { type: 'button', class: 'quiet', hidden: true, click: () => (draw(), zone.input.focus()) }, word('hours.theirs'));
  let drawn = now();
  let touched = false;
  let saving = false;
  const say = (/** @type {string} */ text) => {
    setText(wrong, text);
    show(wrong, text !== '');
  };
  const draw = () => {
    drawn = now();
    touched = false;
    fillRows(drawn.schedule, week, dates);
    zone.input.value = drawn.schedule?.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
    tick.checked = drawn.quiet === true;
    say('');
    show(theirs, false);
  };
  const touch = () => {
    touched = true;
    setText(saved, '');
  };
  /** What somebody else has set meanwhile shows, and what was begun here is not lost for that, nor the focus. */
  const update = () => {
    if (saving || alike(now(), drawn)) return;
    if (!touched && !root.contains(document.activeElement)) return draw();
    say(word('hours.changed'));
    show(theirs, true);
  };
  const submit = async () => {
    const half = [...week.children, ...dates.children].find(halfFilled);
    if (half) {
      say(word('hours.half'));
      return /** @type {HTMLElement | null} */ (half.querySelector('input'))?.focus();
    }
    if (!alike(now(), drawn)) { // they see it first, and save again
      drawn = now();
      show(theirs, true);
      return say(word('hours.changed'));
    }
    saving = true;
    touched = false;
    const code = await save(readSchedule(zone.input.value, week, dates), tick.checked);
    saving = false;
    touched ||= code !== '';
    if (code) return say(errorWord(code));
    drawn = now();
    say('');
    show(theirs, false);
    setText(saved, word('staff.changed'));
  };
  draw();
  /** @type {HTMLElement} */
  const root = el('form', { novalidate: true, class: 'hours', submit: (event) => (event.preventDefault(), void submit()), input: touch },
    el('h4', {}, label), zone.root, week, adds('hours.add', () => (touch(), added(week, weekRow({ day: 1, from: 9 * 60, to: 17 * 60 })))),
    el('p', { class: 'hint' }, word('hours.dates')), dates, adds('hours.add_date', () => (touch(), added(dates, dateRow('', null)))),
    ...(drawn.quiet === undefined ? [] : [el('div', { class: 'field tick' }, el('label', { class: 'tick-label' }, tick, el('span', {}, word('hours.quiet'))))]),
    wrong, theirs, el('button', { class: 'main' }, word('act.save')), saved,
  );
  return { root, update };
}

/**
 * @param {Schedule | undefined} schedule
 * @param {HTMLElement} week
 * @param {HTMLElement} dates
 */
function fillRows(schedule, week, dates) {
  week.replaceChildren(...(schedule?.weekly ?? []).map(weekRow));
  dates.replaceChildren(...(schedule?.except ?? []).flatMap((date) => (date.spans?.length ? date.spans : [null]).map((span) => dateRow(date.date, span))));
}

/**
 * @param {string} zone
 * @param {HTMLElement} week
 * @param {HTMLElement} dates
 * @returns {Schedule} without a zone where it has no times
 */
function readSchedule(zone, week, dates) {
  const read = { weekly: readWeek(week), except: readDates(dates) };
  return read.weekly.length + read.except.length === 0 ? { zone: '' } : { zone, ...read };
}

/**
 * A new row gets the focus: whoever asked for it fills it in.
 * @param {HTMLElement} list
 * @param {HTMLElement} made
 */
function added(list, made) {
  list.append(made);
  /** @type {HTMLElement | null} */ (made.querySelector('select, input'))?.focus();
}

/**
 * Whether a row says something, and not all of it. A date alone says that there is nothing on it.
 * @param {Element} row
 */
function halfFilled(row) {
  const [first, from, to] = [...row.querySelectorAll('select, input')].map((f) => /** @type {HTMLInputElement} */ (f).value);
  const date = row.querySelector('[type="date"]') !== null;
  if (date && !first) return from !== '' || to !== '' || [...row.querySelectorAll('input')].some((f) => f.validity.badInput);
  return (from === '') !== (to === '') || (!date && from === '');
}

/**
 * @param {'hours.add' | 'hours.add_date'} text
 * @param {() => void} go
 */
function adds(text, go) {
  return el('button', { type: 'button', class: 'quiet', click: go }, word(text));
}

function zoneField() {
  const [id, list] = [freshId(), freshId()];
  const input = /** @type {HTMLInputElement} */ (el('input', { id, list, autocomplete: 'off', spellcheck: 'false' }));
  const names = el('datalist', { id: list });
  input.addEventListener('focus', () => {
    if (!names.firstChild) names.append(...Intl.supportedValuesOf('timeZone').map((name) => el('option', { value: name })));
  });
  return { input, root: el('div', { class: 'field' }, el('label', { for: id }, word('hours.zone')), input, names) };
}

/**
 * @param {string} label
 * @param {string} type
 * @param {string} value
 */
function field(label, type, value) {
  return el('input', { type, value, 'aria-label': label });
}

/** @param {Span & {day: number}} span */
function weekRow({ day, from, to }) {
  const select = el('select', { 'aria-label': word('hours.day') }, ...days().map((name, n) => el('option', { value: n, selected: n === day }, name)));
  return row(select, { from, to });
}

/**
 * @param {string} date
 * @param {Span | null} span null: nothing on that day
 */
function dateRow(date, span) {
  return row(field(word('hours.date'), 'date', date), span);
}

/**
 * @param {HTMLElement} first
 * @param {Span | null} span
 */
function row(first, span) {
  const made = el('li', {}, first, field(word('hours.from'), 'time', span ? clock(span.from) : ''), field(word('hours.to'), 'time', span ? clock(span.to) : ''));
  made.append(el('button', { type: 'button', class: 'quiet', click: () => removed(made) }, word('hours.remove')));
  return made;
}

/**
 * The focus goes to the row that takes its place, else to what adds one.
 * @param {HTMLElement} row
 */
function removed(row) {
  const list = /** @type {HTMLElement} */ (row.parentElement);
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  list.dispatchEvent(new Event('input', { bubbles: true }));
  /** @type {HTMLElement | null} */ (next?.querySelector('button') ?? list.nextElementSibling)?.focus();
}

/**
 * Whether two settings say the same. Both are as the server writes them.
 * @param {Set} a
 * @param {Set} b
 */
function alike(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * @param {HTMLElement} list
 * @returns {string[][]} the three values of each row
 */
function values(list) {
  return [...list.children].map((li) => [...li.querySelectorAll('select, input')].map((f) => /** @type {HTMLInputElement} */ (f).value));
}

/** @param {HTMLElement} week */
function readWeek(week) {
  return values(week).flatMap(([day, from, to]) => {
    const span = spanOf(from, to);
    return span ? [{ day: Number(day), ...span }] : [];
  });
}

/** @param {HTMLElement} list */
function readDates(list) {
  /** @type {Map<string, Span[]>} */
  const dates = new Map();
  for (const [date, from, to] of values(list)) {
    if (!date) continue;
    const span = spanOf(from, to);
    dates.set(date, [...(dates.get(date) ?? []), ...(span ? [span] : [])]);
  }
  return [...dates].map(([date, spans]) => ({ date, ...(spans.length > 0 ? { spans } : {}) }));
}
