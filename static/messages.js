/**
 * Pure operations on the messages of one room: arrays, oldest first, never changed in place. Each is harmless when done
 * twice, because after a lost connection the same event may come again.
 *
 * @typedef {import('./frames.js').Message} Message
 */

/**
 * Puts a new message in its place. A message already held stands as it is: what is held may be newer than a repeat.
 * @param {Message[]} messages
 * @param {Message} message
 * @param {boolean} more whether older messages exist that are not held
 * @returns {Message[]}
 */
export function place(messages, message, more) {
  if (messages.some((m) => m.id === message.id)) return messages;
  if (more && messages.length > 0 && message.at < messages[0].at) return messages;
  let i = messages.length;
  while (i > 0 && messages[i - 1].at > message.at) i--;
  return [...messages.slice(0, i), message, ...messages.slice(i)];
}

/**
 * Puts an older page in front.
 * @param {Message[]} messages
 * @param {Message[]} page oldest first
 * @returns {Message[]}
 */
export function prepend(messages, page) {
  const held = new Set(messages.map((m) => m.id));
  return [...page.filter((m) => !held.has(m.id)), ...messages];
}

/**
 * @param {Message[]} messages
 * @param {string} id
 * @param {(message: Message) => Message} change
 * @returns {Message[]} the same array if the message is not held or did not change
 */
export function change(messages, id, change) {
  const i = messages.findIndex((m) => m.id === id);
  if (i < 0) return messages;
  const next = change(messages[i]);
  return next === messages[i] ? messages : messages.map((m, j) => (j === i ? next : m));
}

/**
 * @param {Message[]} messages
 * @param {string} id
 * @param {string} text
 * @param {number} at
 */
export function edit(messages, id, text, at) {
  // An edit older than the one shown is a repeat of the past.
  return change(messages, id, (m) => ((m.edited_at ?? 0) > at || m.removed_at ? m : { ...m, text, edited_at: at }));
}

/**
 * A message goes: members lose it, staff keep an empty row, and so does its author where a moderator did it. Replies to
 * it lose what they pointed at.
 * @param {Message[]} messages
 * @param {string} id
 * @param {{at: number, by: 'author' | 'moderator', staff: boolean, erased?: boolean, note?: string}} how
 */
export function remove(messages, id, how) {
  const own = how.by === 'moderator' && messages.some((m) => m.id === id && m.mine);
  const { by, erased, note } = how;
  const rest = how.staff || own
    ? change(messages, id, ({ edited_at: _, reactions: __, ...m }) => ({ ...m, text: '', removed_at: how.at, removed_by: by, erased, note }))
    : messages.filter((m) => m.id !== id);
  if (!rest.some((m) => m.reply_to === id)) return rest;
  return rest.map((m) => {
    if (m.reply_to !== id) return m;
    const { reply_to: _gone, ...kept } = m;
    return { ...kept, reply_gone: true };
  });
}

/**
 * Shows a message again that had gone, in its old place.
 * @param {Message[]} messages
 * @param {Message} message
 * @param {boolean} more
 */
export function restore(messages, message, more) {
  return place(
    messages.filter((m) => m.id !== message.id),
    message,
    more,
  );
}

/**
 * Drops what was written at that time or before: its term is over.
 * @param {Message[]} messages
 * @param {number} until
 */
export function lapse(messages, until) {
  return messages.some((m) => m.at <= until) ? messages.filter((m) => m.at > until) : messages;
}

/**
 * @param {Message[]} messages
 * @param {string} id
 * @param {import('./frames.js').Reaction} reaction
 * @param {string} member
 * @param {boolean} on
 */
export function react(messages, id, reaction, member, on) {
  return change(messages, id, (m) => {
    const before = m.reactions?.[reaction] ?? [];
    if (before.includes(member) === on) return m;
    const after = on ? [...before, member] : before.filter((x) => x !== member);
    return { ...m, reactions: { ...m.reactions, [reaction]: after } };
  });
}

/**
 * Where unread begins: the n-th message from the end that is not one's own.
 * @param {Message[]} messages
 * @param {number} unread
 * @returns {string | null} null if nothing is unread or the place is not held
 */
export function firstUnread(messages, unread) {
  let left = unread;
  for (let i = messages.length - 1; i >= 0 && left > 0; i--) {
    if (messages[i].mine || messages[i].removed_at) continue;
    left -= 1;
    if (left === 0) return messages[i].id;
  }
  return null;
}
