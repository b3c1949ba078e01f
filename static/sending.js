/**
 * What a person does in a room, from the tap to the answer. Everything that changes the room is kept as pending until
 * the room has shown it, so that nothing written is ever lost without a word.
 *
 * @typedef {import('./client.js').Client} Client
 * @typedef {import('./pending.js').Pending} Pending
 */

import { errorWord, word } from './words.js';

/** Refusals of the id itself: only a new id can help. */
const OF_THE_ID = new Set(['id_too_old', 'id_ahead', 'id_reused', 'bad_id']);

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} text
 * @param {string | null} replyTo
 */
export function post(client, room, text, replyTo) {
  send(client, room, { ...fresh(client, 'post', text), ...(replyTo ? { replyTo } : {}) });
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 * @param {string} text
 */
export function edit(client, room, message, text) {
  send(client, room, { ...fresh(client, 'edit', text), message });
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 */
export function takeBack(client, room, message) {
  send(client, room, { ...fresh(client, 'remove', ''), message });
}

/**
 * Sends a refused item once more: with its own id, unless that is what was refused.
 * @param {Client} client
 * @param {string} room
 * @param {Pending} item
 */
export function tryAgain(client, room, item) {
  if (OF_THE_ID.has(item.code ?? '')) {
    discard(client, room, item);
    send(client, room, { ...item, cmd: client.link.newId(), state: 'sending', code: undefined });
  } else {
    send(client, room, { ...item, state: 'sending', code: undefined });
  }
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Pending} item
 */
export function discard(client, room, item) {
  client.dispatch({ local: 'pending_dropped', room, cmd: item.cmd });
}

/**
 * Puts a refused text back into the composer, in front of what is being written there.
 * @param {Client} client
 * @param {string} room
 * @param {Pending} item
 */
export function editAgain(client, room, item) {
  const draft = client.draft(room);
  if (item.verb === 'edit' && item.message) {
    const before = draft.editing ? draft.before : draft.text;
    client.setDraft(room, { text: item.text, editing: item.message, before });
  } else {
    const text = [item.text, draft.text].filter((t) => t.trim() !== '').join('\n');
    client.setDraft(room, { text, replyTo: draft.replyTo ?? item.replyTo ?? null });
  }
  discard(client, room, item);
}

/**
 * Shows the reaction at once and takes it off again if the room refuses it.
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 * @param {import('./frames.js').Reaction} reaction
 * @param {boolean} on
 */
export async function react(client, room, message, reaction, on) {
  client.dispatch({ local: 'reacted', room, message, reaction, on });
  const { error } = await client.link.command('react', { room, message, reaction, on }).answer;
  if (!error) return;
  client.dispatch({ local: 'reacted', room, message, reaction, on: !on });
  client.announcer.trouble(errorWord(error.code));
}

/**
 * Opens a message that was taken back, for staff.
 * @param {Client} client
 * @param {string} room
 * @param {string} message
 */
export async function reveal(client, room, message) {
  const { ok, error } = await client.link.command('show_removed', { room, message }).answer;
  if (ok) client.dispatch({ local: 'revealed', room, message, text: ok.text, erasedAt: ok.erased_at });
  return error ? errorWord(error.code) : '';
}

/**
 * @param {Client} client
 * @param {Pending['verb']} verb
 * @param {string} text
 * @returns {Pending}
 */
function fresh(client, verb, text) {
  return { cmd: client.link.newId(), verb, text, state: 'sending', at: client.link.now() };
}

/**
 * @param {Client} client
 * @param {string} room
 * @param {Pending} item
 */
async function send(client, room, item) {
  client.dispatch({ local: 'pending', room, item });
  const change = (/** @type {Partial<Pending>} */ fields) =>
    client.dispatch({ local: 'pending_changed', room, cmd: item.cmd, fields });
  let said = false;
  const delayed = (/** @type {string} */ code) => {
    change({ state: 'waiting', code });
    if (!said) client.announcer.status(pendingWord(code));
    said = true;
  };
  const { answer } = client.link.command(item.verb, fieldsOf(room, item), { id: item.cmd, delayed });
  const { ok, error } = await answer;
  if (error) {
    change({ state: 'refused', code: error.code });
    client.announcer.failure(word('pending.refused', { why: errorWord(error.code) }));
    return;
  }
  client.announcer.status(word(item.verb === 'post' ? 'pending.sent' : 'pending.done'));
  settle(client, room, item, ok);
}

/**
 * The words for something that will go out by itself.
 * @param {string} code why it waits
 */
export function pendingWord(code) {
  return word(code === 'offline' ? 'pending.offline' : 'pending.again');
}

/**
 * A post waits for the room to show it. A change is shown now: its message may lie outside what is held, and then no
 * event would ever end the wait.
 * @param {Client} client
 * @param {string} room
 * @param {Pending} item
 * @param {{at: number, message?: string}} ok
 */
function settle(client, room, item, ok) {
  const { cmd, message = '', text } = item;
  const common = { room, pos: '', at: ok.at, message, cmd };
  if (item.verb === 'edit') client.dispatch({ event: 'edited', text, ...common });
  else if (item.verb === 'remove') client.dispatch({ event: 'removed', by: 'author', ...common });
  else client.dispatch({ local: 'pending_changed', room, cmd, fields: { state: 'sent', message: ok.message } });
}

/**
 * @param {string} room
 * @param {Pending} item
 */
function fieldsOf(room, item) {
  if (item.verb === 'post') return { room, text: item.text, ...(item.replyTo ? { reply_to: item.replyTo } : {}) };
  if (item.verb === 'edit') return { room, message: item.message, text: item.text };
  return { room, message: item.message };
}
