/** How a room is set for a shift: the team's hours, the group's sessions, what it is while nobody is there, house rules. */

import { setText, show } from '../template.js';
import { errorWord, word } from '../words.js';
import { freshId } from '../template.js';
import { el } from './el.js';
import { hoursForm } from './hours.js';

/**
 * @param {import('../client.js').Client} client
 * @param {string} id the room
 * @returns {{root: HTMLElement, update: () => void}} update: what others have set meanwhile
 */
export function roomSettings(client, id) {
  const now = () => client.state.rooms[id];
  const send = async (/** @type {string} */ verb, /** @type {Record<string, unknown>} */ fields) => {
    const { error } = await client.link.command(verb, { room: id, ...fields }).answer;
    if (!error) client.announcer.status(word('staff.changed'));
    return error?.code ?? '';
  };
  const parts = [
    fold('hours.team', hoursForm({ label: word('hours.team_text'), now: () => ({ schedule: now()?.calendar.hours }), save: (schedule) => send('set_hours', { schedule }) })),
    fold('hours.sessions', hoursForm({
      label: word('hours.sessions_text'), now: () => ({ schedule: now()?.calendar.sessions, quiet: now()?.calendar.quiet ?? false }),
      save: (schedule, quiet) => send('set_sessions', { schedule, quiet }),
    })),
    fold('house.unattended', unattended(() => now()?.policy.unattended || 'open', (mode) => send('set_unattended', { mode }))),
    fold('house.title', house(() => now()?.policy.house, (set) => send('set_house', { house: set }))),
  ];
  return { root: el('div', {}, ...parts.map((p) => p.root)), update: () => parts.forEach((p) => p.update()) };
}

/**
 * @param {'hours.team' | 'hours.sessions' | 'house.unattended' | 'house.title'} title
 * @param {{root: HTMLElement, update: () => void}} inside
 */
function fold(title, { root, update }) {
  return { root: el('details', {}, el('summary', {}, word(title)), root), update };
}

/**
 * One of three, saved as it is picked; what is refused jumps back and says why.
 * @param {() => string} now
 * @param {(value: string) => Promise<string>} save
 */
function unattended(now, save) {
  const name = freshId();
  const refused = wrongLine();
  const inputs = ['open', 'hold', 'closed'].map((value) => ({ value, ...ticked('radio', word(`unattended.${value}`), name) }));
  let saving = false;
  const update = () => {
    if (!saving) for (const { value, input } of inputs) input.checked = value === now();
  };
  for (const { value, input } of inputs) {
    input.addEventListener('change', async () => {
      saving = true;
      refused.say(await save(value));
      saving = false;
      update();
    });
  }
  update();
  const root = el('fieldset', { class: 'bare' }, el('legend', { class: 'hint' }, word('house.unattended_text')), ...inputs.map((i) => i.root), refused.root);
  return { root, update };
}

const RULES = /** @type {const} */ (['cross_talk', 'links', 'contact', 'medicine', 'sober']);

/**
 * @param {() => import('../frames.js').House | undefined} now
 * @param {(house: import('../frames.js').House) => Promise<string>} save
 */
function house(now, save) {
  const refused = wrongLine();
  const inputs = RULES.map((rule) => ({ rule, ...ticked('checkbox', word(`house.${rule}`)) }));
  let saving = false;
  const update = () => {
    if (!saving) for (const { rule, input } of inputs) input.checked = now()?.[rule] ?? (rule === 'cross_talk' || rule === 'sober');
  };
  for (const { input } of inputs) {
    input.addEventListener('change', async () => {
      saving = true;
      refused.say(await save(/** @type {any} */ (Object.fromEntries(inputs.map((i) => [i.rule, i.input.checked])))));
      saving = false;
      update();
    });
  }
  update();
  return { root: el('div', {}, ...inputs.map((i) => i.root), refused.root), update };
}

/**
 * @param {'radio' | 'checkbox'} type
 * @param {string} text
 * @param {string} [name]
 */
function ticked(type, text, name = '') {
  const input = /** @type {HTMLInputElement} */ (el('input', { type, name }));
  return { input, root: el('div', { class: 'field tick' }, el('label', { class: 'tick-label' }, input, el('span', {}, text))) };
}

function wrongLine() {
  const root = el('p', { class: 'wrong', role: 'alert', hidden: true });
  const say = (/** @type {string} */ code) => {
    setText(root, code ? errorWord(code) : '');
    show(root, code !== '');
  };
  return { root, say };
}
