/** A shift that is to be handed over, as each of the two sees it: what is open, and the other's yes. */

import { call } from '../api.js';
import { reconcile } from '../list.js';
import { setText, show } from '../template.js';
import { timeOfDay, word } from '../words.js';
import { el } from './el.js';
import { shiftNote } from './note.js';

/**
 * @param {HTMLElement} list
 * @param {import('../client.js').Client} client
 * @param {(work: () => Promise<any>, said: (answer: any) => string) => Promise<void>} attempt
 */
export function shiftCards(list, client, attempt) {
  const { shifts } = client.console;
  show(list, shifts.length > 0);
  reconcile(list, shifts, {
    key: (s) => s.shift,
    make: (s) => {
      const take = el('button', { type: 'button', class: 'main', click: () => void attempt(() => call('/api/shift/take', { shift: s.shift }), ({ ended }) => word(ended ? 'shift.taken' : 'shift.taken_some')) }, word('shift.take'));
      const no = el('button', { type: 'button', class: 'quiet', click: () => void attempt(() => call('/api/shift/withdraw', { shift: s.shift }), () => word('shift.over')) }, word(s.mine ? 'shift.withdraw' : 'shift.not_now'));
      return el('li', { class: 'note' }, el('div', {}, el('p', {}), el('p', { class: 'pre soft' })), el('div', { class: 'row' }, no, ...(s.mine ? [] : [take])));
    },
    update: (row, s) => {
      const [title, note] = row.querySelectorAll('p');
      setText(title, word(s.mine ? 'shift.mine' : 'shift.theirs', { alias: s.with, time: timeOfDay(s.at) }));
      const still = client.desk.filter((i) => s.items.includes(i.item));
      setText(note, shiftNote(still, (room) => client.state.rooms[room]?.name ?? ''));
    },
  });
}
