/**
 * Every piece of the page is a <template> in index.html, stamped here. Words are put in by key (data-word for the text,
 * data-word-label for the spoken name), parts are found by data-part. Nothing is ever parsed as HTML.
 */

import { word } from './words.js';

/**
 * @typedef {object} Stamp
 * @property {HTMLElement} root
 * @property {<T extends Element = HTMLElement>(name: string, kind?: new () => T) => T} part throws if it is missing
 */

/**
 * @param {string} name of the template, without its "t-"
 * @returns {Stamp}
 */
export function stamp(name) {
  const template = document.getElementById(`t-${name}`);
  if (!(template instanceof HTMLTemplateElement)) throw new Error(`no template ${name}`);
  const piece = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  fillWords(piece);
  const root = /** @type {HTMLElement} */ (piece.firstElementChild);
  return { root, part: (part, kind) => find(root, part, kind) };
}

/**
 * @template {Element} T
 * @param {Element} root
 * @param {string} name
 * @param {new () => T} [kind]
 * @returns {T}
 */
function find(root, name, kind) {
  const selector = `[data-part="${name}"]`;
  const found = root.matches(selector) ? root : root.querySelector(selector);
  if (!found || (kind && !(found instanceof kind))) throw new Error(`no part ${name}`);
  return /** @type {T} */ (found);
}

/** @param {ParentNode} piece */
export function fillWords(piece) {
  for (const node of piece.querySelectorAll('[data-word]')) {
    node.textContent = word(/** @type {HTMLElement} */ (node).dataset.word ?? '');
  }
  for (const node of piece.querySelectorAll('[data-word-label]')) {
    node.setAttribute('aria-label', word(/** @type {HTMLElement} */ (node).dataset.wordLabel ?? ''));
  }
}

/**
 * Sets a text only if it differs, so that nothing is read out or repainted for nothing.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * @param {Element} node
 * @param {boolean} shown
 */
export function show(node, shown) {
  if (/** @type {HTMLElement} */ (node).hidden === shown) /** @type {HTMLElement} */ (node).hidden = !shown;
}

/**
 * Closes a dialog and gives the focus back. The words in it lose the focus first: a browser that restores it from a text
 * field that is being removed leaves the page's own field focused and deaf.
 * @param {HTMLDialogElement} dialog
 * @param {Element | null} before what had the focus when it opened
 */
export function closeDialog(dialog, before) {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  dialog.close();
  dialog.remove();
  // What it was opened from may be over by now.
  const to = before?.isConnected && before !== document.body ? before : document.querySelector('main h1[tabindex]');
  if (!(to instanceof HTMLElement)) return;
  to.blur();
  to.focus();
}

let last = 0;

/** An id for aria references, unique on this page. */
export function freshId() {
  last += 1;
  return `x${last}`;
}
