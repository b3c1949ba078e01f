/** The lock screen: nothing of the conversation is behind it. */

import { call, codeOf } from '../api.js';
import { form } from '../form.js';
import { stamp } from '../template.js';
import { word } from '../words.js';

/**
 * @param {{done: () => Promise<void>, other: () => Promise<void>}} how other: somebody else wants to sign in
 * @returns {HTMLElement}
 */
export function lockView({ done, other }) {
  const made = stamp('lock');
  const it = form(made.root, async ({ passphrase }) => {
    if (!passphrase) return it.wrong('passphrase', word('form.needed'));
    try {
      await call('/api/unlock', { passphrase });
    } catch (error) {
      if (codeOf(error) === 'sign_in_wrong') return it.wrong('passphrase', word('lock.wrong'));
      throw error;
    }
    await done();
  });
  made.part('other').addEventListener('click', () => void other());
  return made.root;
}
