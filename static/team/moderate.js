/**
 * What moderators do: each opens its question, sends its command, and says that it is done. A refusal is told in the
 * question itself.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../frames.js').Message} Message
 * @typedef {import('../frames.js').Member} Member
 */

import { call, codeOf } from '../api.js';
import { send, spoken } from '../asking.js';
import { act, DAY, lengths, MINUTE } from '../view/act.js';
import { errorWord, word } from '../words.js';

const MUTES = [15 * MINUTE, 60 * MINUTE, 12 * 60 * MINUTE, DAY, 7 * DAY];

/**
 * @param {Client} client
 * @param {string} room
 * @param {Message} message
 */
export function moderate(client, room, message) {
  const alias = message.from.alias;
  return act(
    {
      title: word('moderate.title', { alias }),
      text: word('moderate.text'),
      choices: ['nudge', 'hide', 'erase'].map((value) => ({ value, text: word(`moderate.${value}`) })),
      reason: true,
      words: word('act.words_for', { alias }),
      yes: word('act.do'),
    },
    ({ choice, reason, words }) => {
      if (choice !== 'nudge') return send(client, choice, { room, message: message.id, reason, ...spoken(words) });
      if (!words) return Promise.resolve(word('act.needs_words'));
      return send(client, 'nudge', { room, member: message.from.member, message: message.id, reason, text: words });
    },
  );
}

/**
 * Keeps a message in sight above the others; "" for none.
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 */
export async function pin(client, room, message) {
  const wrong = await send(client, 'pin', { room, ...(message ? { message } : {}) });
  if (wrong) client.announcer.trouble(wrong);
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Message} message
 */
export function unhide(client, room, message) {
  return act(
    { title: word('moderate.unhide_title'), text: word('moderate.unhide_text'), reason: true, yes: word('moderate.unhide') },
    ({ reason }) => send(client, 'unhide', { room, message: message.id, reason }),
  );
}

/**
 * Shows what was said with reports, and takes down what came of them.
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 */
export async function reports(client, room, message) {
  const { ok, error } = await client.link.command('show_reports', { room, message }).answer;
  if (error) return client.announcer.trouble(errorWord(error.code));
  const said = ok.reports.map((/** @type {{text: string}} */ r) => r.text).filter(Boolean);
  const about = word('reports.about', { text: ok.text });
  await act(
    {
      title: word('reports.title'),
      text: [about, ...said.map((/** @type {string} */ text) => word('reports.said', { text }))].join('\n'),
      choices: ['acted', 'talked', 'no_breach'].map((value) => ({ value, text: word(`reports.${value}`) })),
      words: word('reports.words'),
      yes: word('reports.yes'),
    },
    ({ choice, words }) => send(client, 'resolve_reports', { room, message, outcome: choice, ...spoken(words) }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function mute(client, room, member) {
  const { alias } = member;
  return act(
    { title: word('mute.title', { alias }), text: word('mute.text'), times: lengths(MUTES), reason: true, words: word('act.words_for', { alias }), yes: word('mute.yes') },
    ({ time, reason, words }) => send(client, 'mute', { room, member: member.member, for: time, reason, ...spoken(words) }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function unmute(client, room, member) {
  return act(
    { title: word('mute.end_title', { alias: member.alias }), text: word('mute.end_text'), reason: true, yes: word('mute.end') },
    ({ reason }) => send(client, 'unmute', { room, member: member.member, reason }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function sendAway(client, room, member) {
  const { alias } = member;
  return act(
    { title: word('away.title', { alias }), text: word('away.text'), reason: true, words: word('act.words_for', { alias }), yes: word('away.yes') },
    ({ reason, words }) => send(client, 'remove_member', { room, member: member.member, reason, ...spoken(words) }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} held
 */
export async function release(client, room, held) {
  const wrong = await send(client, 'release', { room, message: held });
  if (wrong) client.announcer.trouble(wrong);
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {import('../frames.js').Held} held
 */
export function decline(client, room, held) {
  const { alias } = held.from;
  return act(
    { title: word('hold.decline_title', { alias }), text: word('hold.decline_text'), reason: true, words: word('act.words_for', { alias }), yes: word('hold.decline') },
    ({ reason, words }) => send(client, 'decline', { room, message: held.id, reason, ...spoken(words) }),
  );
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {import('../frames.js').Note} note
 */
export function answerAppeal(client, room, note) {
  return act(
    {
      title: word('appeal.answer_title'),
      text: note.appeal?.text ?? '',
      choices: ['stands', 'back'].map((value) => ({ value, text: word(`appeal.${value}`) })),
      words: word('appeal.answer_words'),
      yes: word('appeal.answer'),
    },
    ({ choice, words }) => send(client, 'answer_appeal', { room, note: note.id, overturn: choice === 'back', ...spoken(words) }),
  );
}

/**
 * How the room is set: whose messages wait, slow mode, a pause, how long words are kept.
 * @param {Client} client
 * @param {import('../store.js').Room} room
 * @param {'hold' | 'pace' | 'pause' | 'resume' | 'keep'} what
 */
export function set(client, room, what) {
  const at = { room: room.room };
  const title = word(`set.${what}`);
  const text = word(`set.${what}_text`);
  const yes = word('act.save');
  if (what === 'hold') {
    const choices = first(['none', 'newcomers', 'everyone'], room.policy.hold).map((value) => ({ value, text: word(`set.hold_${value}`) }));
    return act({ title, text, choices, yes }, ({ choice }) => send(client, 'set_hold', { ...at, mode: choice }));
  }
  if (what === 'pace') {
    const choices = ['all', 'new'].map((value) => ({ value, text: word(`set.pace_${value}`) }));
    return act({ title, text, choices, times: lengths([0, MINUTE, 5 * MINUTE, 15 * MINUTE]), yes }, ({ choice, time }) =>
      send(client, 'set_pace', { ...at, for: choice === 'all' ? time : 0, for_new: time }),
    );
  }
  if (what === 'pause') {
    return act({ title, text, times: lengths([15 * MINUTE, 60 * MINUTE, 12 * 60 * MINUTE, DAY]), reason: true, words: word('set.pause_words'), yes: word('set.pause_yes') }, (f) =>
      send(client, 'pause', { ...at, for: f.time, reason: f.reason, ...spoken(f.words) }),
    );
  }
  if (what === 'resume') return act({ title, text, yes: word('set.resume_yes') }, () => send(client, 'resume', { ...at, reason: 'calm' }));
  return act({ title, text, times: lengths([90, 30, 14, 7, 1].map((n) => n * DAY)), yes }, ({ time }) => send(client, 'set_keep', { ...at, for: time }));
}

/**
 * @param {string[]} list
 * @param {string} now the one that holds comes first, so that it is picked
 */
function first(list, now) {
  return [now, ...list.filter((value) => value !== now)];
}

/**
 * Looks into a room one is no member of: for a reason, with words, for an hour.
 * @param {Client} client
 * @returns {Promise<string>} the room, or ""
 */
export async function visit(client) {
  let into = '';
  try {
    const { rooms } = await call('/api/visits');
    if (rooms.length === 0) {
      client.announcer.status(word('visit.none'));
      return '';
    }
    const choices = rooms.map((/** @type {{room: string, name: string}} */ r) => ({ value: r.room, text: r.name }));
    await act(
      { title: word('visit.title'), text: word('visit.text'), choices, reason: true, words: word('visit.words'), needed: true, yes: word('visit.yes') },
      async ({ choice, reason, words }) => {
        try {
          await call('/api/visits', { room: choice, reason, text: words });
          into = choice;
          return '';
        } catch (error) {
          return errorWord(codeOf(error));
        }
      },
    );
  } catch (error) {
    client.announcer.trouble(errorWord(codeOf(error)));
  }
  return into;
}

/**
 * Calls the server; "" or what went wrong, in words.
 * @param {Client} client
 * @param {string} path
 * @param {Record<string, unknown>} body
 */
async function ask(client, path, body) {
  try {
    const answer = await call(path, body);
    client.announcer.status(word(answer.kept ? 'care.kept' : 'act.done'));
    return '';
  } catch (error) {
    return errorWord(codeOf(error));
  }
}

/**
 * Ends somebody's time in the programme, in every room.
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function endCare(client, room, member) {
  return act(
    {
      title: word('care.title', { alias: member.alias }),
      text: word('care.text'),
      choices: ['stay', 'erase'].map((value) => ({ value, text: word(`care.${value}`) })),
      yes: word('care.yes'),
    },
    ({ choice }) => ask(client, '/api/people/end-care', { room, member: member.member, erase: choice === 'erase' }),
  );
}

const WEEK_MS = 7 * 86_400_000;

/**
 * Says when somebody's membership ends by itself.
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function setTerm(client, room, member) {
  const choices = [{ value: '0', text: word('term.none') }, ...[1, 2, 4, 6, 8, 12].map((n) => ({ value: String(n * WEEK_MS), text: word('term.weeks', { n }) }))];
  return act({ title: word('term.title', { alias: member.alias }), text: word('term.text'), choices, yes: word('term.yes') }, ({ choice }) => {
    const until = choice === '0' ? 0 : Math.round(client.link.now()) + Number(choice);
    return send(client, 'set_term', { room, member: member.member, until });
  });
}

/**
 * A word of the team's about somebody, for the team alone.
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function setLabel(client, room, member) {
  return act({ title: word('label.title', { alias: member.alias }), text: word('label.text'), words: word('label.words'), yes: word('label.yes') }, ({ words }) =>
    send(client, 'set_label', { room, member: member.member, text: words }),
  );
}

/**
 * Makes somebody a moderator of this room, or a participant again.
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function setRole(client, room, member) {
  const up = member.role !== 'moderator';
  const role = up ? 'moderator' : 'participant';
  return act(
    {
      title: word(up ? 'set_role.to_moderator' : 'set_role.to_participant', { alias: member.alias }),
      text: word(up ? 'set_role.text_moderator' : 'set_role.text_participant'),
      yes: word('set_role.yes'),
    },
    () => ask(client, '/api/people/role', { room, member: member.member, role }),
  );
}

/**
 * Moves somebody into another of one's own rooms.
 * @param {Client} client
 * @param {string} room
 * @param {Member} member
 */
export function move(client, room, member) {
  const others = Object.values(client.state.rooms).filter((r) => r.room !== room);
  const choices = others.map((r) => ({ value: r.room, text: r.name }));
  return act(
    { title: word('move.title', { alias: member.alias }), text: word('move.text'), choices, words: word('move.alias'), needed: true, yes: word('move.yes') },
    ({ choice, words }) => ask(client, '/api/people/move', { room, member: member.member, to: choice, alias: words }),
  );
}
