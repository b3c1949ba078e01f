/** One's own settings: what others see, what is read aloud, colours, sessions, passphrase, signing out. */

import { call, codeOf } from '../api.js';
import { form } from '../form.js';
import { reconcile } from '../list.js';
import { freshId, setText, show, stamp } from '../template.js';
import { errorWord, when, word } from '../words.js';

/**
 * @typedef {import('../frames.js').Preferences} Preferences
 * @typedef {import('../template.js').Stamp} Stamp
 * @typedef {import('../client.js').Client} Client
 */

/**
 * @param {Client} client
 * @param {{changed: () => void, signOut: () => void, arrive: () => Promise<void>}} how changed: the preferences are others
 * now; arrive: what the session is worth may have changed
 * @returns {HTMLElement}
 */
export function settingsView(client, how) {
  const made = stamp('settings');
  const me = client.me;
  if (!me) return made.root;
  setText(made.part('name'), word('settings.signed_in_as', { name: me.name }));
  const save = saver(made, client, how.changed);
  made.part('here').append(
    tick('presence', word('settings.presence'), me.preferences, save),
    tick('typing', word('settings.typing'), me.preferences, save),
  );
  made.part('leave-key').append(tick('leave_key', word('settings.leave_key'), me.preferences, save));
  for (const value of ['all', 'staff', 'counts', 'off']) {
    made.part('announce').append(choice('announce', value, word(`announce.${value}`), me.preferences, save));
  }
  for (const value of ['auto', 'light', 'dark']) {
    made.part('theme').append(choice('theme', value, word(`theme.${value}`), me.preferences, save));
  }
  sessions(made, client);
  passphrase(made, client, me.name);
  const left = me.recovery_left;
  if (left !== undefined) void client.loadTeam().then((team) => team?.secondSettings(made.part('second'), left, how.arrive));
  made.part('out').addEventListener('click', how.signOut);
  return made.root;
}

/**
 * Preferences are saved as they are changed; one that could not be saved jumps back and says so.
 * @param {Stamp} made
 * @param {Client} client
 * @param {() => void} changed
 */
function saver(made, client, changed) {
  const problem = /** @type {HTMLElement} */ (made.root.querySelector(':scope > [data-part="problem"]'));
  return async (/** @type {Partial<Preferences>} */ fields, /** @type {() => void} */ undo) => {
    try {
      const preferences = await call('/api/preferences', fields);
      if (client.me) client.me = { ...client.me, preferences };
      show(problem, false);
      client.announcer.status(word('settings.saved'));
      changed();
    } catch (error) {
      undo();
      setText(problem, errorWord(codeOf(error)));
      show(problem, true);
      client.announcer.failure(errorWord(codeOf(error)));
    }
  };
}

/**
 * @param {'presence' | 'typing' | 'leave_key'} name
 * @param {string} label
 * @param {Preferences} preferences
 * @param {(fields: Partial<Preferences>, undo: () => void) => Promise<void>} save
 */
function tick(name, label, preferences, save) {
  const made = stamp('tick');
  const input = made.part('input', HTMLInputElement);
  setText(made.part('label'), label);
  input.checked = preferences[name];
  input.addEventListener('change', () => {
    void save({ [name]: input.checked }, () => (input.checked = !input.checked));
  });
  return made.root;
}

/**
 * @param {'announce' | 'theme'} name
 * @param {string} value
 * @param {string} label
 * @param {Preferences} preferences
 * @param {(fields: Partial<Preferences>, undo: () => void) => Promise<void>} save
 */
function choice(name, value, label, preferences, save) {
  const made = stamp('choice');
  const input = made.part('input', HTMLInputElement);
  Object.assign(input, { name, value, id: freshId(), checked: preferences[name] === value });
  setText(made.part('label'), label);
  input.addEventListener('change', () => {
    void save({ [name]: value }, () => (input.checked = false));
  });
  return made.root;
}

/**
 * @param {Stamp} made
 * @param {Client} client
 */
function sessions(made, client) {
  const load = async () => {
    const { sessions: rows } = await call('/api/sessions').catch(() => ({ sessions: [] }));
    drawSessions(made, rows, client, end);
  };
  const end = async (/** @type {Record<string, any>} */ which) => {
    try {
      await call('/api/sessions/end', which);
      client.announcer.status(word('settings.ended'));
      made.part('title').focus();
    } catch (error) {
      client.announcer.trouble(errorWord(codeOf(error)));
    }
    await load();
  };
  made.part('end-others').addEventListener('click', () => void end({ others: true }));
  void load();
}

/**
 * @param {Stamp} made
 * @param {import('../frames.js').SessionRow[]} rows
 * @param {Client} client
 * @param {(which: Record<string, any>) => void} end
 */
function drawSessions(made, rows, client, end) {
  show(made.part('end-others'), rows.length > 1);
  reconcile(made.part('sessions'), rows, {
    key: (row) => row.id,
    make: (row) => {
      const line = stamp('session');
      const device = word(`device.${row.device}`);
      setText(line.part('text'), row.this ? word('settings.this_one', { device }) : device);
      line.part('end').setAttribute('aria-label', word('settings.end_long', { device }));
      line.part('end').addEventListener('click', () => end({ id: row.id }));
      show(line.part('end'), !row.this);
      return line.root;
    },
    update: (node, row) => {
      const text = word('settings.last_used', { when: when(row.active_at, client.link.now()) });
      setText(/** @type {Element} */ (node.querySelector('[data-part="when"]')), text);
    },
  });
}

/**
 * @param {Stamp} made
 * @param {Client} client
 * @param {string} name
 */
function passphrase(made, client, name) {
  made.part('username', HTMLInputElement).value = name;
  const names = { passphrase: 'new' };
  const it = form(
    made.part('form'),
    async ({ old, new: fresh }) => {
      show(made.part('done'), false);
      if (!old) it.wrong('old', word('form.needed'));
      if ([...fresh].length < 8) it.wrong('new', word('error.passphrase_short'));
      if (!old || [...fresh].length < 8) return;
      try {
        await call('/api/passphrase', { old, new: fresh });
      } catch (error) {
        if (codeOf(error) === 'sign_in_wrong') return it.wrong('old', word('lock.wrong'));
        throw error;
      }
      for (const field of it.fields.values()) field.input.value = '';
      show(made.part('done'), true);
      client.announcer.status(word('settings.passphrase_changed'));
    },
    names,
  );
}
