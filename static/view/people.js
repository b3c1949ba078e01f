/** What is drawn alike wherever a person appears: the dot with a first letter, the word for a role. */

import { setText, show } from '../template.js';
import { word } from '../words.js';

const TINTS = 6;

/**
 * @param {HTMLElement} node
 * @param {import('../frames.js').Member} member
 */
export function drawDot(node, member) {
  setText(node, [...member.alias][0]?.toLocaleUpperCase() ?? '');
  let sum = 0;
  for (const letter of member.member) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  node.dataset.tint = String(sum % TINTS);
}

/**
 * Staff are marked with a word, never by colour alone.
 * @param {HTMLElement} node
 * @param {import('../frames.js').Role} role
 */
export function drawRole(node, role) {
  show(node, role !== 'participant');
  if (role !== 'participant') setText(node, word(`role.${role}`));
}
