/** The sign-in page. */

import { call } from '../api.js';
import { form } from '../form.js';
import { setText, stamp } from '../template.js';
import { word } from '../words.js';

/**
 * @param {{demo: boolean, say?: string, done: () => Promise<void>}} how say: a sentence why one is here again
 * @returns {HTMLElement}
 */
export function signInView({ demo, say, done }) {
  const made = stamp('signin');
  if (demo) setText(made.part('lead'), word('signin.demo'));
  if (say) setText(made.part('lead'), say);
  made.part('form').after(stamp('leave-note').root);
  const it = form(made.root, async ({ name, passphrase }) => {
    if (!name.trim()) it.wrong('name', word('form.needed'));
    if (!passphrase) it.wrong('passphrase', word('form.needed'));
    if (!name.trim() || !passphrase) return;
    await call('/api/sign-in', { name: name.trim(), passphrase });
    await done();
  });
  return made.root;
}
