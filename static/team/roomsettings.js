/** How a room is set for a shift: the team's hours, the group's sessions, what it is while nobody is there, house rules. */

import { setText, show } from '../template.js';
import { errorWord, word } from '../words.js';
import { freshId } from '../template.js';
import { el } from './el.js';
import { hoursForm } from './hours.js';

/**
 * @param {import('../client.js').Client} client
 * @param {string} id the room
 * @returns {HTMLElement}
 */
export function roomSettings(client, id) {
  const now = () => client.state.rooms[id];
  const send = async (/** @type {string} */ verb, /** @type {Record<string, unknown>} */ fields) => {
    const { error } = await client.link.command(verb, { room: id, ...fields }).answer;
    if (!error) client.announcer.status(word('staff.changed'));
    return error?.code ?? '';
  };
  const { calendar, policy } = now();
  return el('div', {},
    fold('hours.team', hoursForm({ label: word('hours.team_text'), schedule: calendar.hours, save: (schedule) => send('set_hours', { schedule }) })),
    fold('hours.sessions', hoursForm({
      label: word('hours.sessions_text'), schedule: calendar.sessions, quiet: calendar.quiet ?? false,
      save: (schedule, quiet) => send('set_sessions', { schedule, quiet }),
    })),
    fold('house.unattended', choices('open', ['open', 'hold', 'closed'].map((value) => ({ value, text: word(`unattended.${value}`) })), policy.unattended ?? 'open', (mode) => send('set_unattended', { mode }))),
    fold('house.title', house(policy.house, (set) => send('set_house', { house: set }))),
  );
}

/**
 * @param {'hours.team' | 'hours.sessions' | 'house.unattended' | 'house.title'} title
 * @param {HTMLElement} inside
 */
function fold(title, inside) {
  return el('details', {}, el('summary', {}, word(title)), inside);
}

/**
 * One of a few, saved as it is picked; what is refused jumps back and says why.
 * @param {string} fallback
 * @param {{value: string, text: string}[]} list
 * @param {string} picked
 * @param {(value: string) => Promise<string>} save
 */
function choices(fallback, list, picked, save) {
  const name = freshId();
  const wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });
  let held = picked || fallback;
  const inputs = list.map(({ value, text }) => {
    const input = /** @type {HTMLInputElement} */ (el('input', { type: 'radio', name, value }));
    input.checked = value === held;
    input.addEventListener('change', async () => {
      const code = await save(value);
      if (!code) held = value;
      for (const { input: other } of inputs) other.checked = other.value === held;
      setText(wrong, code ? errorWord(code) : '');
      show(wrong, code !== '');
    });
    return { input, root: el('div', { class: 'field tick' }, el('label', { class: 'tick-label' }, input, el('span', {}, text))) };
  });
  return el('div', {}, el('p', { class: 'hint' }, word('house.unattended_text')), ...inputs.map((i) => i.root), wrong);
}

const RULES = /** @type {const} */ (['cross_talk', 'links', 'contact', 'medicine', 'sober']);

/**
 * @param {import('../frames.js').House | undefined} set
 * @param {(house: import('../frames.js').House) => Promise<string>} save
 */
function house(set, save) {
  const wrong = el('p', { class: 'wrong', role: 'alert', hidden: true });
  const inputs = RULES.map((rule) => {
    const input = /** @type {HTMLInputElement} */ (el('input', { type: 'checkbox' }));
    input.checked = set?.[rule] ?? (rule === 'cross_talk' || rule === 'sober');
    input.addEventListener('change', async () => {
      const all = /** @type {any} */ (Object.fromEntries(inputs.map((i) => [i.rule, i.input.checked])));
      const code = await save(all);
      if (code) input.checked = !input.checked;
      setText(wrong, code ? errorWord(code) : '');
      show(wrong, code !== '');
    });
    return { rule, input, root: el('div', { class: 'field tick' }, el('label', { class: 'tick-label' }, input, el('span', {}, word(`house.${rule}`)))) };
  });
  return el('div', {}, ...inputs.map((i) => i.root), wrong);
}
