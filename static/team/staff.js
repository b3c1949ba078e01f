/** What only staff see about a room: invite someone, change the room's words. */

import { ApiError, call } from '../api.js';
import { form } from '../form.js';
import { freshId, setText, show, stamp } from '../template.js';
import { lengthWord } from '../view/act.js';
import { word } from '../words.js';
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
  const made = stamp('staff');
  invite(made, client, room);
  change(made, client, room);
  const drawn = settings(made, client, room);
  const shift = roomSettings(client, room.room);
  made.part('shift-settings').replaceWith(shift.root);
  return {
    root: made.root,
    update: () => {
      drawn();
      shift.update();
    },
  };
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 */
function invite(made, client, room) {
  const element = made.part('invite');
  show(made.part('roles'), room.role === 'lead');
  const it = form(element, async ({ days }) => {
    const n = Number(days);
    if (!Number.isInteger(n) || n < 1 || n > 30) return it.wrong('days', word('staff.days_wrong'));
    const picked = /** @type {HTMLInputElement | null} */ (element.querySelector('[name="role"]:checked'));
    const from = midnight(made.part('from', HTMLInputElement).value, 0);
    const until = midnight(made.part('until', HTMLInputElement).value, 1);
    const term = { ...(from ? { from } : {}), ...(until ? { until } : {}) };
    const answer = await call('/api/invitations', { room: room.room, role: picked?.value ?? 'participant', days: n, ...term });
    const say = (/** @type {string} */ text) => client.announcer.status(text);
    const note = linkMade(answer, 'invite', say);
    made.part('invited').replaceChildren(note);
    note.querySelector('input')?.focus();
  });
  for (const part of ['from', 'until']) {
    made.part(part).id = freshId();
    made.part(`${part}-label`, HTMLLabelElement).htmlFor = made.part(part).id;
  }
  const days = it.fields.get('days');
  if (days) days.input.value = '7';
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
 * @param {import('../template.js').Stamp} made
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 */
function change(made, client, room) {
  if (room.role !== 'lead') made.part('name-slot').remove();
  const it = form(made.part('change'), async (values) => {
    const now = client.state.rooms[room.room];
    for (const [field, verb] of CHANGES) {
      const text = values[field]?.trim();
      if (!now || text === undefined || text === now[/** @type {'name'} */ (field)]) continue;
      const { error } = await client.link.command(verb, { room: room.room, text }).answer;
      if (error) throw new ApiError(error.code, { field });
    }
    client.announcer.status(word('staff.changed'));
    /** @type {HTMLDetailsElement | null} */ (made.part('change').closest('details'))?.removeAttribute('open');
  });
  for (const [field] of CHANGES) {
    const slot = it.fields.get(field);
    if (slot) slot.input.value = room[/** @type {'name'} */ (field)];
  }
}

/**
 * How the room is set, told and changed; returns what draws it anew.
 * @param {import('../template.js').Stamp} made
 * @param {import('../client.js').Client} client
 * @param {import('../store.js').Room} room
 */
function settings(made, client, room) {
  const now = () => client.state.rooms[room.room] ?? room;
  const paused = () => (now().policy.paused_until ?? 0) > client.link.now();
  const draw = () => {
    const { hold, pace, pace_new: fresh, keep } = now().policy;
    const said = [word(`set.hold_${hold}`), word('set.pace_now', { all: lengthWord(pace), fresh: lengthWord(Math.max(pace, fresh)) }), word('set.keep_now', { n: Math.round(keep / 86_400_000) })];
    setText(made.part('set-now'), said.join(' '));
    setText(made.part('set-pause'), word(paused() ? 'set.resume' : 'set.pause'));
  };
  show(made.part('set-keep'), room.role === 'lead');
  for (const what of /** @type {const} */ (['hold', 'pace', 'keep'])) {
    made.part(`set-${what}`).addEventListener('click', async () => {
      await set(client, now(), what);
      draw();
    });
  }
  made.part('set-pause').addEventListener('click', async () => {
    await set(client, now(), paused() ? 'resume' : 'pause');
    draw();
  });
  draw();
  return draw;
}
