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
 * @param {{label: string, schedule: Schedule | undefined, quiet?: boolean,
 *   save: (schedule: Schedule, quiet: boolean) => Promise<string>}} how save: what went wrong, as a code, or ""
 * @returns {HTMLElement}
 */
export function hoursForm({ label, schedule, quiet, save }) {
  const zone = zoneField(schedule?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const week = el('ul', { class: 'plain hours-rows' });
  const dates = el('ul', { class: 'plain hours-rows' });
  const tick = /** @type {HTMLInputElement} */ (el('input', { type: 'checkbox' }));
  tick.checked = quiet === true;
  const wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });
  const saved = el('p', { class: 'soft', role: 'status' });
  for (const span of schedule?.weekly ?? []) week.append(weekRow(span));
  for (const date of schedule?.except ?? []) for (const span of date.spans?.length ? date.spans : [null]) dates.append(dateRow(date.date, span));
  const form = el('form', {
    novalidate: true, class: 'hours',
    submit: async (event) => {
      event.preventDefault();
      const { zone: name, ...read } = { zone: zone.input.value, weekly: readWeek(week), except: readDates(dates) };
      const none = read.weekly.length + read.except.length === 0;
      const code = await save(none ? { zone: '' } : { zone: name, ...read }, tick.checked);
      setText(wrong, code ? errorWord(code) : '');
      show(wrong, code !== '');
      setText(saved, code ? '' : word('staff.changed'));
    },
  },
    el('h4', {}, label), zone.root, week, adds('hours.add', () => week.append(weekRow({ day: 1, from: 9 * 60, to: 17 * 60 }))),
    el('p', { class: 'hint' }, word('hours.dates')), dates, adds('hours.add_date', () => dates.append(dateRow('', null))),
    ...(quiet === undefined ? [] : [el('div', { class: 'field tick' }, el('label', { class: 'tick-label' }, tick, el('span', {}, word('hours.quiet'))))]),
    wrong, el('button', { class: 'main' }, word('act.save')), saved,
  );
  return form;
}

/**
 * @param {'hours.add' | 'hours.add_date'} text
 * @param {() => void} go
 */
function adds(text, go) {
  return el('button', { type: 'button', class: 'quiet', click: go }, word(text));
}

/** @param {string} value */
function zoneField(value) {
  const [id, list] = [freshId(), freshId()];
  const input = /** @type {HTMLInputElement} */ (el('input', { id, list, value, autocomplete: 'off', spellcheck: 'false' }));
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
  made.append(el('button', { type: 'button', class: 'quiet', click: () => made.remove() }, word('hours.remove')));
  return made;
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
