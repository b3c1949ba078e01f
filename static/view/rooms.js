/**
 * The navigation "Rooms": the rooms one is in, calm counts, and the ways to settings and a new room.
 *
 * @typedef {object} Acts
 * @property {(room: string) => void} open
 * @property {() => void} settings
 * @property {() => void} create
 * @property {() => void} visit
 * @property {() => void} desk what waits for the team
 */

import { reconcile } from '../list.js';
import { waitingFor } from '../moderation.js';
import { setText, show, stamp } from '../template.js';
import { when, word } from '../words.js';

/**
 * @param {Acts} acts
 * @returns {{root: HTMLElement, update: (client: import('../client.js').Client, view: string) => void}}
 */
export function roomsView(acts) {
  const made = stamp('rooms');
  made.part('new').addEventListener('click', acts.create);
  made.part('settings').addEventListener('click', acts.settings);
  made.part('visit').addEventListener('click', acts.visit);
  made.part('desk').addEventListener('click', acts.desk);
  return { root: made.root, update: (client, view) => update(made, client, acts, view) };
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {import('../client.js').Client} client
 * @param {Acts} acts
 * @param {string} view what stands in the middle
 */
function update(made, client, acts, view) {
  // By name and not by time: a row must not move away under the finger that is about to touch it.
  const rooms = Object.values(client.state.rooms).sort((a, b) => a.name.localeCompare(b.name));
  const lead = client.me?.lead ?? false;
  show(made.part('new'), lead);
  const staff = client.me?.staff ?? false;
  show(made.part('visit'), staff);
  show(made.part('desk'), staff);
  made.part('desk').ariaCurrent = view === 'desk' ? 'true' : null;
  setText(made.part('desk-n'), client.desk.length > 0 ? word('desk.n', { n: client.desk.length }) : word('desk.none'));
  show(made.part('empty'), rooms.length === 0);
  setText(made.part('empty'), word(lead ? 'rooms.empty_lead' : 'rooms.empty'));
  reconcile(made.part('list'), rooms, {
    key: (room) => room.room,
    make: (room) => makeRow(room.room, acts),
    update: (row, room) => updateRow(row, room, client),
  });
}

/**
 * @param {string} room
 * @param {Acts} acts
 */
function makeRow(room, acts) {
  const made = stamp('rooms-row');
  made.root.querySelector('button')?.addEventListener('click', () => acts.open(room));
  return made.root;
}

/**
 * @param {HTMLElement} row
 * @param {import('../store.js').Room} room
 * @param {import('../client.js').Client} client
 */
function updateRow(row, room, client) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
  setText(part('name'), room.name || word('rooms.no_name'));
  setText(part('when'), room.lastAt ? when(room.lastAt, client.link.now()) : '');
  const waiting = room.pending.some((p) => p.state === 'refused');
  const unread = room.room === client.state.open ? 0 : room.unread;
  show(part('unread'), unread > 0 || waiting);
  setText(part('unread'), waiting ? word('rooms.not_sent') : word('rooms.unread', { n: unread }));
  const forTeam = waitingFor(room);
  show(part('waits'), forTeam > 0 || room.unreadable);
  setText(part('waits'), room.unreadable ? word('rooms.unreadable') : word('rooms.waits', { n: forTeam }));
  if (room.room === client.state.open) row.firstElementChild?.setAttribute('aria-current', 'true');
  else row.firstElementChild?.removeAttribute('aria-current');
}
