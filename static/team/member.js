/**
 * What is done about a member with a plain question: a link for a new passphrase, the end of a membership. What came of
 * it stands beside the person.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../frames.js').Member} Member
 * @typedef {object} How
 * @property {import('../view/about.js').Ask} ask
 * @property {HTMLElement} result
 */

import { call, codeOf } from '../api.js';
import { errorWord, word } from '../words.js';
import { el } from './el.js';
import { linkMade } from './linkmade.js';

/**
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 * @param {How} how
 */
export async function newLink(client, room, { member, alias, role }, { ask, result }) {
  const yes = await ask({ title: word('staff.reset_title', { alias }), text: word('staff.reset_text'), yes: word('staff.reset_yes'), no: word('staff.no') });
  if (!yes) return;
  // Who looks after others has a phone with codes, which may be lost as well.
  const second = role === 'moderator' && (await ask({ title: word('staff.phone_title'), text: word('staff.phone_text'), yes: word('staff.phone_yes'), no: word('staff.phone_no') }));
  if (second === null) return;
  try {
    const answer = await call('/api/resets', { room, member, ...(second ? { second } : {}) });
    const note = linkMade(answer, 'reset', (text) => client.announcer.status(text));
    result.replaceChildren(note);
    note.querySelector('input')?.focus();
  } catch (error) {
    failed(client, result, codeOf(error));
  }
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 * @param {How} how
 */
export async function endMembership(client, room, { member, alias }, { ask, result }) {
  const yes = await ask({ title: word('staff.end_title', { alias }), text: word('staff.end_text'), yes: word('staff.end_yes'), no: word('staff.no') });
  if (!yes) return;
  const { error } = await client.link.command('end_membership', { room, member }).answer;
  if (error) failed(client, result, error.code);
  else client.announcer.status(word('staff.ended'));
}

/**
 * @param {Client} client
 * @param {HTMLElement} result
 * @param {string} code
 */
function failed(client, result, code) {
  result.replaceChildren(el('p', { class: 'wrong' }, errorWord(code)));
  client.announcer.failure(errorWord(code));
}
