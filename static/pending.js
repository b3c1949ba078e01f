/**
 * Pure operations on what this person wrote and the room has not shown yet.
 *
 * @typedef {'sending' | 'waiting' | 'sent' | 'refused'} PendingState
 *   sending: on its way; waiting: will go out by itself later; sent: durable, the room's event has not come yet;
 *   refused: only the person can go on
 * @typedef {object} Pending
 * @property {string} cmd the command's id; also the id in the message once it is there
 * @property {'post' | 'edit' | 'remove'} verb
 * @property {string} text
 * @property {string} [message] the message it changes, or became
 * @property {string} [replyTo]
 * @property {PendingState} state
 * @property {string} [code] why it waits or was refused
 * @property {number} at
 */

/**
 * @param {Pending[]} pending
 * @param {Pending} item
 */
export function put(pending, item) {
  return [...pending.filter((p) => p.cmd !== item.cmd), item];
}

/**
 * @param {Pending[]} pending
 * @param {string} cmd
 * @param {Partial<Pending>} fields
 */
export function update(pending, cmd, fields) {
  return pending.map((p) => (p.cmd === cmd ? { ...p, ...fields } : p));
}

/**
 * Drops what the room has now shown.
 * @param {Pending[]} pending
 * @param {string | undefined} cmd
 */
export function settle(pending, cmd) {
  return cmd && pending.some((p) => p.cmd === cmd) ? pending.filter((p) => p.cmd !== cmd) : pending;
}

/**
 * After a fresh page: what is in it is shown, and what is durable but not in it lies before it or is gone again.
 * @param {Pending[]} pending
 * @param {import('./frames.js').Message[]} page
 */
export function afterReset(pending, page) {
  const shown = new Set(page.map((m) => m.cmd).filter(Boolean));
  return pending.filter((p) => p.state !== 'sent' && !shown.has(p.cmd));
}
