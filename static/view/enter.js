/**
 * Coming in by a link: an invitation, the set-up of a new programme, a new passphrase. Short steps, one subject each;
 * what was typed stays in its field whatever happens.
 *
 * @typedef {import('../frames.js').LinkLook} Look
 * @typedef {{look: Look, secret: string, done: (room?: string) => Promise<void>}} How
 */

import { call } from '../api.js';
import { form } from '../form.js';
import { setText, show, stamp } from '../template.js';
import { word } from '../words.js';

/**
 * @param {How} how
 * @returns {HTMLElement}
 */
export function enterView(how) {
  if (how.look.kind === 'reset') return resetView(how);
  return stepsView(how);
}

/** @param {How} how */
function resetView({ secret, done }) {
  const made = stamp('reset');
  made.part('form').after(stamp('leave-note').root);
  const it = form(made.root, async ({ passphrase }) => {
    if (tooShort(passphrase)) return it.wrong('passphrase', word('error.passphrase_short'));
    await call('/api/links/reset', { secret, passphrase });
    await done();
  });
  return made.root;
}

/** @param {Look} look */
function stepNames(look) {
  if (look.kind === 'setup') return ['welcome', 'programme', 'name', 'alias', 'agree'];
  return look.signed_in ? ['welcome', 'alias', 'agree'] : ['welcome', 'name', 'alias', 'agree'];
}

/** @param {How} how */
function stepsView(how) {
  const made = stamp('steps');
  const steps = stepNames(how.look).map((name) => stamp(`step-${name}`));
  for (const step of steps) made.part('steps').append(step.root);
  welcome(steps[0], how.look);
  let at = 0;
  const go = (/** @type {number} */ to, move = true) => {
    at = to;
    steps.forEach((step, i) => show(step.root, i === at));
    setText(made.part('count'), word('enter.count', { step: at + 1, of: steps.length }));
    show(made.part('back'), at > 0);
    const last = at === steps.length - 1;
    setText(made.part('next'), at === 0 ? word('enter.start') : word(last ? 'enter.finish' : 'enter.next'));
    if (move) /** @type {HTMLElement} */ (steps[at].root.querySelector('h1')).focus();
  };
  const it = form(made.root, async (values) => {
    if (!check(it, steps[at].root, values)) return;
    if (at < steps.length - 1) return go(at + 1);
    try {
      await send(how, values);
    } catch (error) {
      const bad = fieldStep(steps, /** @type {{code?: string, field?: string}} */ (error));
      if (bad >= 0 && bad !== at) go(bad, false);
      throw error;
    }
  });
  made.part('back').addEventListener('click', () => go(at - 1));
  go(0, false);
  return made.root;
}

/**
 * @param {import('../template.js').Stamp} step
 * @param {Look} look
 */
function welcome(step, look) {
  const setup = look.kind === 'setup';
  const room = look.room_name ?? '';
  setText(step.part('title'), setup ? word('enter.setup_title') : word('enter.title', { room }));
  const lead = look.role === 'moderator' ? 'enter.lead_moderator' : 'enter.lead_participant';
  setText(step.part('lead'), setup ? word('enter.setup_lead') : word(lead));
  step.root.append(stamp('leave-note').root);
}

/**
 * What can be seen to be wrong without asking.
 * @param {import('../form.js').Form} it
 * @param {HTMLElement} step
 * @param {import('../form.js').Values} values
 */
function check(it, step, values) {
  let good = true;
  for (const [name, field] of it.fields) {
    if (!step.contains(field.root)) continue;
    const wrong = wrongWith(name, values[name]);
    if (wrong) it.wrong(name, wrong);
    good &&= !wrong;
  }
  return good;
}

/**
 * @param {string} name
 * @param {string} value
 */
function wrongWith(name, value) {
  if (name === 'agreement' || name === 'not_emergency') return value ? '' : word('error.accept_needed');
  if (value.trim() === '') return word('form.needed');
  if (name === 'passphrase' && tooShort(value)) return word('error.passphrase_short');
  return '';
}

/** @param {string} passphrase */
function tooShort(passphrase) {
  return [...passphrase].length < 8;
}

/**
 * @param {How} how
 * @param {import('../form.js').Values} values
 */
async function send({ look, secret, done }, values) {
  const accepts = ['agreement', 'not_emergency'];
  const alias = values.alias.trim();
  if (look.kind === 'invite' && look.signed_in) {
    const { room } = await call('/api/links/accept', { secret, alias, accepts });
    return done(room);
  }
  const { passphrase } = values;
  const programme = look.kind === 'setup' ? { programme: values.programme.trim() } : {};
  await call('/api/links/enrol', { secret, name: values.name.trim(), passphrase, alias, accepts, ...programme });
  return done();
}

/**
 * The step an error belongs to.
 * @param {import('../template.js').Stamp[]} steps
 * @param {{code?: string, field?: string}} error
 */
function fieldStep(steps, { code = '', field = '' }) {
  const name = /^(name|alias|passphrase)_/.exec(code)?.[1] ?? field;
  if (name === '') return -1;
  return steps.findIndex((step) => step.root.querySelector(`[name="${CSS.escape(name)}"]`));
}
