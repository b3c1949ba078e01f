/** "Help now": crisis lines as links, in the same place on every view, one tap away and never forced. */

import { setText, show, stamp } from '../template.js';
import { word } from '../words.js';
import { AskView } from './ask.js';

/** @type {{regions: {name: string, lines: import('../frames.js').CrisisLine[]}[]}} */
let data = { regions: [] };

/** Loads the lines before anybody needs them: a bad hour may come without a network. */
export async function loadLines() {
  const answer = await fetch(new URL('../lines.json', import.meta.url));
  if (answer.ok) data = await answer.json();
}

/**
 * Draws the panel and makes its button work.
 * @param {HTMLElement} panel
 * @param {HTMLButtonElement} button
 * @param {import('../client.js').Client} client
 * @returns {{open: (then?: () => void) => void, close: () => void, update: () => void, forget: () => void, entered: () => void}}
 */
export function helpPanel(panel, button, client) {
  const made = stamp('help');
  const ask = new AskView(client);
  made.part('ask-slot').replaceWith(ask.root);
  for (const region of data.regions) made.part('regions').append(regionOf(region));
  panel.replaceChildren(made.root);
  /** @type {HTMLElement} */
  let from = button;
  /** What was covered by it, and comes back. */
  let after = () => {};
  const set = (/** @type {boolean} */ open) => {
    show(panel, open);
    button.setAttribute('aria-expanded', String(open));
  };
  const close = () => {
    if (panel.hidden) return;
    const inside = panel.contains(document.activeElement);
    set(false);
    ask.closed();
    if (inside) (from.isConnected ? from : button).focus();
    const show = after;
    after = () => {};
    show();
  };
  const open = (/** @type {() => void} */ then = () => {}) => {
    const earlier = after; // help was open already, over something else
    after = () => {
      earlier();
      then();
    };
    from = /** @type {HTMLElement} */ (document.activeElement ?? button);
    set(true);
    ask.opened();
    panel.scrollTop = 0;
    /** @type {HTMLElement} */ (panel.querySelector('#help-title')).focus();
  };
  button.addEventListener('click', () => (panel.hidden ? open() : close()));
  made.part('close').addEventListener('click', close);
  panel.addEventListener('keydown', (event) => event.key === 'Escape' && close());
  show(button, true);
  return { open, close, update: () => ask.update(), forget: () => ask.forget(), entered: () => ask.entered() };
}

/** @param {{name: string, lines: import('../frames.js').CrisisLine[]}} region */
function regionOf({ name, lines }) {
  const made = stamp('help-region');
  setText(made.part('name'), name);
  for (const line of lines) made.part('lines').append(lineOf(line));
  return made.root;
}

/** @param {import('../frames.js').CrisisLine} line */
function lineOf(line) {
  const made = stamp('help-line');
  made.part('link', HTMLAnchorElement).href = line.href;
  setText(made.part('name'), line.name);
  setText(made.part('way'), word(line.way === 'call' ? 'help.call' : 'help.text', { number: line.show }));
  const checked = line.checked
    ? word('help.checked', { day: dayOf(line.checked) })
    : word('help.unchecked', { day: dayOf(line.listed) });
  setText(made.part('checked'), checked);
  return made.root;
}

/** @param {string} iso a calendar day, YYYY-MM-DD */
function dayOf(iso) {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso));
}
