/** Small pages that say one thing. */

import { setText, stamp } from '../template.js';

/**
 * A page with one sentence and one way on.
 * @param {{title: string, text: string, go: string, act: () => void}} say
 */
export function messagePage({ title, text, go, act }) {
  const made = stamp('message-page');
  setText(made.part('title'), title);
  setText(made.part('text'), text);
  setText(made.part('go'), go);
  made.part('go').addEventListener('click', act);
  return made.root;
}

/**
 * A page in the middle column, with the way back to the rooms.
 * @param {HTMLElement} body
 * @param {() => void} back
 */
export function page(body, back) {
  const made = stamp('page');
  made.part('body').append(body);
  made.part('back').addEventListener('click', back);
  return made.root;
}

/**
 * @param {string} title
 * @param {string} text
 */
export function nothing(title, text) {
  const made = stamp('nothing');
  setText(made.part('title'), title);
  setText(made.part('text'), text);
  return made.root;
}
