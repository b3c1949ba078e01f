/** A short question over the page. */

import { freshId, setText, stamp } from '../template.js';
import { waysOut } from './over.js';

/**
 * @param {{title: string, text: string, yes: string, no: string, alert?: boolean}} say
 * @returns {{answer: Promise<boolean | null>, close: () => void}} null: Escape, or the question is void
 */
export function ask(say) {
  const made = stamp('dialog');
  const dialog = /** @type {HTMLDialogElement} */ (made.root);
  const title = made.part('title');
  const text = made.part('text');
  title.id = freshId();
  text.id = freshId();
  dialog.setAttribute('aria-labelledby', title.id);
  dialog.setAttribute('aria-describedby', text.id);
  if (say.alert) dialog.setAttribute('role', 'alertdialog');
  setText(title, say.title);
  setText(text, say.text);
  setText(made.part('yes'), say.yes);
  setText(made.part('no'), say.no);
  waysOut(made);
  /** @type {(yes: boolean | null) => void} */
  let settle = () => {};
  /** @type {Promise<boolean | null>} */
  const answer = new Promise((resolve) => (settle = resolve));
  const end = (/** @type {boolean | null} */ yes) => {
    if (!dialog.isConnected) return;
    dialog.close();
    dialog.remove();
    settle(yes);
  };
  made.part('yes').addEventListener('click', () => end(true));
  made.part('no').addEventListener('click', () => end(false));
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    end(null);
  });
  document.body.append(dialog);
  dialog.showModal();
  made.part(say.alert ? 'yes' : 'no').focus();
  return { answer, close: () => dialog.isConnected && end(null) };
}
