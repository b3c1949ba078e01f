/** What only staff see about a room: invite someone, change the room's words. */

import { ApiError, call } from '../api.js';
import { form } from '../form.js';
import { freshId, setText } from '../template.js';
import { lengthWord } from '../view/act.js';
import { word } from '../words.js';
import { el, slot } from './el.js';
import { linkMade } from './linkmade.js';
import { set } from './moderate.js';
import { roomSettings } from './roomsettings.js';

/** Which field a changed word belongs to, and how it is sent. */
const CHANGES = [
  ['name', 'rename_room'],
  ['topic', 'set_topic'],
  ['rules', 'set_rules'],
];

/**
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 * @returns {{root: HTMLElement, update: () => void}}
 */
export function staffView(client, room) {
  const set = settings(client, room);
  const shift = roomSettings(client, room.room);
  const root = el('section', {},
    el('h3', {}, word('staff.title')), fold('staff.invite', ...invite(client, room)), fold('set.title', set.root), shift.root, fold('staff.change', change(client, room)),
  );
  return {
    root,
    update: () => {
      set.draw();
      shift.update();
    },
  };
}

/**
 * @param {'staff.invite' | 'set.title' | 'staff.change'} title
 * @param {...HTMLElement} inside
 */
function fold(title, ...inside) {
  return el('details', {}, el('summary', {}, word(title)), ...inside);
}

const problem = () => el('p', { class: 'wrong', 'data-part': 'problem', hidden: true });

/**
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 */
function invite(client, room) {
  const [from, until] = [dateField('staff.invite_from'), dateField('staff.invite_until')];
  const element = el('form', { novalidate: true, 'data-part': 'form' },
    el('p', {}, word('staff.invite_lead')), ...(room.role === 'lead' ? [roles()] : []),
    slot('days', 'staff.invite_days', { hint: 'staff.invite_days_hint', kind: 'number' }), from.root, until.root, problem(),
    el('button', { class: 'main' }, word('staff.invite_go')),
  );
  const invited = el('div', {});
  const it = form(element, async ({ days }) => {
    const n = Number(days);
    if (!Number.isInteger(n) || n < 1 || n > 30) return it.wrong('days', word('staff.days_wrong'));
    const picked = /** @type {HTMLInputElement | null} */ (element.querySelector('[name="role"]:checked'));
    const begins = midnight(from.input.value, 0);
    const ends = midnight(until.input.value, 1);
    const term = { ...(begins ? { from: begins } : {}), ...(ends ? { until: ends } : {}) };
    const answer = await call('/api/invitations', { room: room.room, role: picked?.value ?? 'participant', days: n, ...term });
    const note = linkMade(answer, 'invite', (text) => client.announcer.status(text));
    invited.replaceChildren(note);
    note.querySelector('input')?.focus();
  });
  const days = it.fields.get('days');
  if (days) days.input.value = '7';
  return [element, invited];
}

/** Whom a link is for. */
function roles() {
  const choice = (/** @type {string} */ value, /** @type {string} */ text, checked = false) =>
    el('label', { class: 'tick-label' }, el('input', { type: 'radio', name: 'role', value, checked }), el('span', {}, text));
  return el('fieldset', {}, el('legend', {}, word('staff.invite_role')),
    choice('participant', word('staff.role_participant'), true), choice('moderator', word('staff.role_moderator')));
}

/** @param {'staff.invite_from' | 'staff.invite_until'} label */
function dateField(label) {
  const id = freshId();
  const input = /** @type {HTMLInputElement} */ (el('input', { id, type: 'date' }));
  return { input, root: el('div', { class: 'field' }, el('label', { for: id }, word(label)), input) };
}

/**
 * The beginning of a day where the moderator is, or of one after it; 0 for no day.
 * @param {string} day as a date field has it, "2026-11-30"
 * @param {number} later in days
 */
function midnight(day, later) {
  const [year, month, date] = day.split('-').map(Number);
  return day ? new Date(year, month - 1, date + later).getTime() : 0;
}

/**
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 */
function change(client, room) {
  const element = el('form', { novalidate: true, 'data-part': 'form' },
    ...(room.role === 'lead' ? [slot('name', 'staff.change_name')] : []), slot('topic', 'staff.change_topic'), slot('rules', 'staff.change_rules', { kind: 'area' }),
    problem(), el('button', { class: 'main' }, word('staff.change_go')),
  );
  const it = form(element, async (values) => {
    const now = client.state.rooms[room.room];
    for (const [field, verb] of CHANGES) {
      const text = values[field]?.trim();
      if (!now || text === undefined || text === now[/** @type {'name'} */ (field)]) continue;
      const { error } = await client.link.command(verb, { room: room.room, text }).answer;
      if (error) throw new ApiError(error.code, { field });
    }
    client.announcer.status(word('staff.changed'));
    element.closest('details')?.removeAttribute('open');
  });
  for (const [field] of CHANGES) {
    const input = it.fields.get(field)?.input;
    if (input) input.value = room[/** @type {'name'} */ (field)];
  }
  return element;
}

/**
 * How the room is set, told and changed.
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 * @returns {{root: HTMLElement, draw: () => void}}
 */
function settings(client, room) {
  const now = () => client.state.rooms[room.room] ?? room;
  const paused = () => (now().policy.paused_until ?? 0) > client.link.now();
  const told = el('p', { class: 'soft' });
  const button = (/** @type {() => Parameters<typeof set>[2]} */ what) =>
    el('button', { type: 'button', class: 'quiet', click: async () => (await set(client, now(), what()), draw()) }, word(`set.${what()}`));
  const pause = button(() => (paused() ? 'resume' : 'pause'));
  const draw = () => {
    const { hold, pace, pace_new: fresh, keep } = now().policy;
    const said = [word(`set.hold_${hold}`), word('set.pace_now', { all: lengthWord(pace), fresh: lengthWord(Math.max(pace, fresh)) }), word('set.keep_now', { n: Math.round(keep / 86_400_000) })];
    setText(told, said.join(' '));
    setText(pause, word(paused() ? 'set.resume' : 'set.pause'));
  };
  draw();
  const root = el('div', { class: 'set-room' }, told, button(() => 'hold'), button(() => 'pace'), pause, ...(room.role === 'lead' ? [button(() => 'keep')] : []));
  return { root, draw };
}
