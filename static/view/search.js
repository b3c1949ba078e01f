/** Finding words in a room. What is typed here is kept nowhere and is in no address. */

import { form } from '../form.js';
import { ApiError } from '../api.js';
import { setText, show, stamp } from '../template.js';
import { when, word } from '../words.js';

/**
 * @param {import('../client.js').Client} client
 * @param {string} room
 * @returns {HTMLElement}
 */
export function searchView(client, room) {
  const made = stamp('search');
  let asked = '';
  let before = '';
  let found = 0;
  const look = async () => {
    const { ok, error } = await client.link.command('search', { room, text: asked, ...(before ? { before } : {}) }).answer;
    if (error) throw new ApiError(error.code, { field: 'words' });
    for (const message of ok.messages) made.part('found').append(row(message, client.link.now()));
    found += ok.messages.length;
    before = ok.before ?? '';
    const said = [word(found ? 'search.found' : before ? 'search.not_yet' : 'search.nothing', { n: found }), before ? word('search.further') : ''];
    setText(made.part('said'), said.filter(Boolean).join(' '));
    show(made.part('more'), before !== '');
    client.announcer.status(said[0]);
  };
  const it = form(made.root, async ({ words }) => {
    if (words.trim().length < 2) return it.wrong('words', word('search.short'));
    asked = words.trim();
    before = '';
    found = 0;
    made.part('found').replaceChildren();
    await look();
  });
  made.part('more').addEventListener('click', () => void look().catch(() => it.problem(word('error.unknown'))));
  return made.root;
}

/**
 * @param {import('../frames.js').Message} message
 * @param {number} now
 */
function row(message, now) {
  const made = stamp('found');
  setText(made.part('who'), message.from.alias);
  setText(made.part('time'), when(message.at, now));
  setText(made.part('text'), message.text);
  return made.root;
}
