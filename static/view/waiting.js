/**
 * What waits in a room, between the messages and the composer: one's own messages that a moderator looks at first, what
 * moderators told one; for staff what waits for them. Each is a calm card with what can be done.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../store.js').Room} Room
 * @typedef {{name: string, text: string, act: () => void}} Way
 * @typedef {{key: string, title: string, text: string, ways: Way[]}} Card
 */

import { appeal, withdraw } from '../asking.js';
import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { current } from '../shift.js';
import { date, errorWord, timeOfDay, word } from '../words.js';
import { openLine } from './line.js';
import { callWord } from './there.js';

/** Notes that were read on this page. They stay in About. */
const read = new Set();
const NOTES_AT_ONCE = 3;

/**
 * @param {HTMLElement} parent
 * @param {Client} client
 * @param {Room} room
 * @param {{rewrite: (text: string) => void, changed: () => void}} how
 */
export function drawWaiting(parent, client, room, how) {
  const visits = room.role === 'visitor';
  const cards = visits ? [] : [...callCards(client, room, how), ...heldCards(client, room, how), ...noteCards(client, room, how), ...reportCards(client, room), ...appealCards(client, room), ...lineCards(client, room)];
  show(parent, cards.length > 0);
  reconcile(parent, cards, { key: (card) => card.key, make: makeCard, update: drawCard });
}

function makeCard() {
  const made = stamp('waiting');
  return made.root;
}

/**
 * @param {HTMLElement} row
 * @param {Card} card
 */
function drawCard(row, card) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
  setText(part('title'), card.title);
  setText(part('text'), card.text);
  show(part('text'), card.text !== '');
  reconcile(part('ways'), card.ways, {
    key: (way) => way.name,
    make: () => stamp('way').root,
    update: (button, way) => {
      setText(button, way.text);
      button.onclick = way.act;
    },
  });
}

/**
 * @param {Client} client
 * @param {Room} room
 * @param {{rewrite: (text: string) => void}} how
 * @returns {Card[]}
 */
function heldCards(client, room, how) {
  return room.heldBack.map((held) => {
    const id = room.room;
    if (!held.mine) {
      const title = word('hold.waits', { alias: held.from.alias, time: timeOfDay(held.at) });
      return card(`held ${held.id}`, title, held.text, [
        way('release', word('hold.release'), () => void client.asTeam((does) => does.release(client, id, held.id))),
        way('decline', word('hold.decline'), () => void client.asTeam((does) => does.decline(client, id, held))),
      ]);
    }
    const back = way('back', word('message.take_back'), () => void withdraw(client, id, held.id));
    if (held.state === 'waiting') return card(`held ${held.id}`, word('hold.received'), held.text, [back]);
    const note = room.notes.find((n) => n.id === held.note);
    const again = way('again', word('pending.edit_again'), () => {
      how.rewrite(held.text);
      void withdraw(client, id, held.id);
    });
    return card(`held ${held.id}`, word('hold.declined', { why: why(note) }), held.text, [again, back, ...appealWay(client, room, note)]);
  });
}

/**
 * Why, in words: the house rule, and what the moderator added.
 * @param {import('../frames.js').Note | undefined} note
 */
export function why(note) {
  if (!note) return '';
  return [word(`why.${note.reason}`), note.text].filter(Boolean).join(' ');
}

/**
 * @param {Client} client
 * @param {Room} room
 * @param {import('../frames.js').Note | undefined} note
 * @returns {Way[]}
 */
function appealWay(client, room, note) {
  if (!note || note.appeal || !['hidden', 'erased', 'declined', 'muted', 'removed'].includes(note.kind)) return [];
  return [way('appeal', word('appeal.ask'), () => void appeal(client, room.room, note.id))];
}

/**
 * What a note says to the person it is about.
 * @param {import('../frames.js').Note} note
 */
export function noteText(note) {
  const by = note.by?.alias ?? word('note.team');
  const until = note.until ? `${date(note.until)}, ${timeOfDay(note.until)}` : '';
  const said = [word(`note.${note.kind}`, { by, until })];
  if (note.appeal) said.push(word(`appeal.is_${note.appeal.state}`), note.appeal.answer ?? '');
  return said.filter(Boolean).join(' ');
}

/**
 * @param {Client} client
 * @param {Room} room
 * @param {{changed: () => void}} how
 * @returns {Card[]}
 */
function noteCards(client, room, how) {
  const told = (/** @type {import('../frames.js').Note} */ n) => (n.mine ? n.kind !== 'declined' : n.kind === 'visit');
  const mine = room.notes.filter((n) => told(n) && !read.has(seenKey(n)));
  return mine.slice(-NOTES_AT_ONCE).reverse().map((note) => {
    const seen = way('seen', word('notice.seen'), () => {
      read.add(seenKey(note));
      how.changed();
    });
    return card(`note ${note.id}`, noteText(note), why(note), [seen, ...appealWay(client, room, note)]);
  });
}

/** @param {import('../frames.js').Note} note */
function seenKey(note) {
  return `${note.id} ${note.appeal?.state ?? ''}`;
}

/**
 * Worries first: they may not be able to wait.
 * @param {Client} client
 * @param {Room} room
 * @returns {Card[]}
 */
function reportCards(client, room) {
  const first = [...room.reported].sort((a, b) => (b.worry ?? 0) - (a.worry ?? 0));
  return first.map(({ message = '', rules = 0, worry = 0, first: since = 0 }) => {
    const text = room.messages.find((m) => m.id === message)?.text ?? '';
    const look = way('look', word('reports.look'), () => void client.asTeam((does) => does.reports(client, room.room, message)));
    const title = word(worry > 0 ? 'reports.worry' : 'reports.rules', { n: rules + worry, time: timeOfDay(since) });
    return card(`report ${message}`, title, text, [look]);
  });
}

/**
 * @param {Client} client
 * @param {Room} room
 * @returns {Card[]}
 */
function appealCards(client, room) {
  if (room.role === 'participant') return [];
  const open = room.notes.filter((n) => n.appeal?.state === 'open' && n.by?.member !== room.you);
  return open.map((note) => {
    const alias = room.members[note.member ?? '']?.alias ?? word('note.someone');
    const answer = way('answer', word('appeal.answer'), () => void client.asTeam((does) => does.answerAppeal(client, room.room, note)));
    return card(`appeal ${note.id}`, word('appeal.waits', { alias }), note.appeal?.text ?? '', [answer]);
  });
}

/**
 * @param {Client} client
 * @param {Room} room
 * @returns {Card[]}
 */
function lineCards(client, room) {
  const waits = Object.entries(room.waits).filter(([, since]) => since > 0);
  return waits.map(([member, since]) => {
    const alias = room.members[member]?.alias ?? word('note.someone');
    const open = way('open', word('line.open'), () => openLine(client, room.room, member));
    return card(`line ${member}`, word('line.waits', { alias, time: timeOfDay(since) }), '', [open]);
  });
}

/**
 * Who asks for a person stands above everything else.
 * @param {Client} client
 * @param {Room} room
 * @param {{changed: () => void}} how
 * @returns {Card[]}
 */
function callCards(client, room, how) {
  const own = current(room.call, client.link.now());
  if (own && read.has(callKey(own))) return [];
  if (own) return [ownCall(client, room, own, how)];
  return Object.entries(room.calls).map(([member, { at }]) => {
    const alias = room.members[member]?.alias ?? word('note.someone');
    const read = way('read', word('ask.i_read'), () => {
      void told(client, client.link.command('answer_call', { room: room.room, member }));
      openLine(client, room.room, member);
    });
    return card(`call ${member}`, word('ask.staff', { alias, time: timeOfDay(at) }), '', [read]);
  });
}

/**
 * What went wrong with a command is said.
 * @param {Client} client
 * @param {{answer: Promise<{error?: {code: string}}>}} command
 */
async function told(client, command) {
  const { error } = await command.answer;
  if (error && error.code !== 'call_answered' && error.code !== 'no_call') client.announcer.trouble(errorWord(error.code));
}

/** @param {import('../frames.js').Call} call one that was read */
const callKey = (call) => `call ${call.answered_at}`;

/**
 * One's own call stays in sight in the room, too: who has read it, and the ways on.
 * @param {Client} client
 * @param {Room} room
 * @param {import('../frames.js').Call} call
 * @param {{changed: () => void}} how
 */
function ownCall(client, room, call, how) {
  const write = way('write', word('line.open_own'), () => openLine(client, room.room, room.you));
  const end = way('end', word('ask.end'), () => void told(client, client.link.command('end_call', { room: room.room })));
  const seen = way('seen', word('notice.seen'), () => {
    read.add(callKey(call));
    how.changed();
  });
  return call.answered_at ? card('call', callWord(call), '', [write, seen]) : card('call', callWord(call), word('ask.stay'), [write, end]);
}

/**
 * @param {string} key
 * @param {string} title
 * @param {string} text
 * @param {Way[]} ways
 * @returns {Card}
 */
function card(key, title, text, ways) {
  return { key, title, text, ways };
}

/**
 * @param {string} name
 * @param {string} text
 * @param {() => void} act
 * @returns {Way}
 */
function way(name, text, act) {
  return { name, text, act };
}
