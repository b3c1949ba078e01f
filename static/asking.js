/**
 * What members ask of their moderators, and what they do for themselves: each opens its question, sends its command, and
 * says that it is done. A refusal is told in the question itself.
 *
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./frames.js').Message} Message
 */

import { act } from './view/act.js';
import { errorWord, word } from './words.js';

/**
 * Sends a command; "" or what went wrong, in words.
 * @param {Client} client
 * @param {string} verb
 * @param {Record<string, unknown>} fields
 */
export async function send(client, verb, fields) {
  const { error } = await client.link.command(verb, fields).answer;
  if (error) return errorWord(error.code);
  client.announcer.status(word('act.done'));
  return '';
}

/** @param {string} words */
export const spoken = (words) => (words ? { text: words } : {});

/**
 * @param {Client} client
 * @param {string} room
 * @param {Message} message
 */
export function report(client, room, message) {
  return act(
    {
      title: word('report.title'),
      text: word('report.text'),
      choices: ['worry', 'rules'].map((value) => ({ value, text: word(`report.${value}`) })),
      words: word('report.words'),
      yes: word('report.yes'),
    },
    ({ choice, words }) => send(client, 'report', { room, message: message.id, kind: choice, ...spoken(words) }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} held
 */
export async function withdraw(client, room, held) {
  const wrong = await send(client, 'remove', { room, message: held });
  if (wrong) client.announcer.trouble(wrong);
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} note
 */
export function appeal(client, room, note) {
  return act(
    { title: word('appeal.title'), text: word('appeal.text'), words: word('appeal.words'), needed: true, yes: word('appeal.yes') },
    ({ words }) => send(client, 'appeal', { room, note, text: words }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} member
 * @param {boolean} on
 */
export async function ignore(client, room, member, on) {
  const wrong = await send(client, 'ignore', { room, member, on });
  if (wrong) return client.announcer.trouble(wrong);
  client.dispatch({ local: 'ignored', room, member, on });
  if (!on) client.reload(room);
}
