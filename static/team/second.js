/**
 * The second step of who looks after others: setting it up with an app on a phone, giving a code of it, and the
 * recovery codes that stand in for a lost phone.
 */

import { call, codeOf } from '../api.js';
import { form } from '../form.js';
import { setText, show, stamp } from '../template.js';
import { word } from '../words.js';
import { el, slot } from './el.js';
import { copyText } from './linkmade.js';

/**
 * @param {{second: 'set_up' | 'give', done: () => Promise<void>, other: () => Promise<void>}} how other: somebody else
 * wants to sign in
 * @returns {HTMLElement}
 */
export function secondView(how) {
  return how.second === 'set_up' ? setUpView(how) : giveView(how);
}

/** @param {{done: () => Promise<void>, other: () => Promise<void>}} how */
function giveView({ done, other }) {
  const link = (/** @type {string} */ text, /** @type {() => void} */ click) => el('button', { type: 'button', class: 'link', click }, text);
  const swap = link(word('second.use_recovery'), () => {
    recovery = !recovery;
    it.clear();
    setText(swap, word(recovery ? 'second.use_app' : 'second.use_recovery'));
    if (!field) return;
    setText(/** @type {Element} */ (field.root.querySelector('label')), word(recovery ? 'second.recovery' : 'second.code'));
    field.input.setAttribute('inputmode', recovery ? 'text' : 'numeric');
    field.input.value = '';
    field.input.focus();
  });
  const root = el('main', { class: 'calm' }, el('div', { class: 'card' },
    el('h1', { tabindex: '-1' }, word('second.title')), el('p', { class: 'lead' }, word('second.lead')),
    el('form', { 'data-part': 'form', novalidate: true },
      slot('code', 'second.code', { kind: 'number', autocomplete: 'one-time-code' }),
      el('p', { class: 'wrong', 'data-part': 'problem', hidden: true }), el('button', { class: 'main' }, word('second.go'))),
    el('p', {}, swap), el('p', { class: 'soft small' }, word('second.lost')), el('p', {}, link(word('lock.other'), () => void other())),
  ));
  const it = form(root, async ({ code }) => {
    if (!code.trim()) return it.wrong('code', word('form.needed'));
    try {
      await call('/api/second', { code });
    } catch (error) {
      if (codeOf(error) !== 'second_none') throw error;
    }
    await done();
  });
  const field = it.fields.get('code');
  let recovery = false;
  return root;
}

/** @param {{done: () => Promise<void>, other: () => Promise<void>}} how */
function setUpView({ done, other }) {
  const made = stamp('second-set');
  const it = form(made.root, async ({ code }) => {
    if (!code.trim()) return it.wrong('code', word('form.needed'));
    try {
      const { codes } = await call('/api/second/confirm', { code });
      const kept = recoveryCodes(codes, done);
      made.root.replaceChildren(kept);
      /** @type {HTMLElement} */ (kept.querySelector('h1')).focus();
    } catch (error) {
      // Somebody set it up in the meantime, or the answer was lost: there is another way on.
      if (codeOf(error) !== 'second_set') throw error;
      await done();
    }
  });
  const begin = async () => {
    it.clear();
    try {
      const { secret, url, picture } = await call('/api/second/begin', {});
      draw(made, picture);
      setText(made.part('secret'), secret.replace(/(.{4})(?=.)/g, '$1 '));
      made.part('open', HTMLAnchorElement).href = url;
      show(made.part('ways'), true);
      show(made.part('again'), false);
    } catch (error) {
      if (codeOf(error) === 'second_set') return done();
      it.problem(word('second.no_picture'));
      show(made.part('again'), true);
    }
  };
  made.part('again').addEventListener('click', () => void begin());
  made.part('other').addEventListener('click', () => void other());
  void begin();
  return made.root;
}

/** Squares of white around it, without which no camera finds it. */
const MARGIN = 4;

/**
 * A picture for a phone's camera. It is dark on white in every theme: many apps read nothing else.
 * @param {import('../template.js').Stamp} made
 * @param {string[]} rows of '1' for dark and '0' for light
 */
function draw(made, rows) {
  const size = rows.length + 2 * MARGIN;
  made.part('picture', SVGElement).setAttribute('viewBox', `0 0 ${size} ${size}`);
  const squares = rows.flatMap((row, y) => [...row].map((dark, x) => (dark === '1' ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : '')));
  made.part('squares', SVGElement).setAttribute('d', squares.join(''));
}

/**
 * The codes that stand in for a lost phone, shown once.
 * @param {string[]} codes
 * @param {() => Promise<void>} done
 */
export function recoveryCodes(codes, done) {
  const list = el('ul', { class: 'plain made recovery', 'data-part': 'codes' }, ...codes.map((code) => el('li', {}, code)));
  const copy = el('button', {
    type: 'button', class: 'quiet',
    click: async () => {
      const copied = await copyText(codes.join('\n'));
      if (!copied) getSelection()?.selectAllChildren(list);
      setText(copy, word(copied ? 'staff.copied' : 'staff.copy_by_hand'));
    },
  }, word('staff.copy'));
  return el('div', { class: 'card' },
    el('h1', { tabindex: '-1' }, word('second.codes_title')), el('p', { class: 'lead' }, word('second.codes_lead')), el('p', {}, word('second.codes_keep')), list,
    el('div', { class: 'row' }, copy, el('button', { type: 'button', class: 'main', click: () => void done() }, word('second.kept'))),
  );
}

/**
 * The part of the settings that is about it.
 * @param {HTMLElement} root
 * @param {number} left how many recovery codes are left
 * @param {() => Promise<void>} again what a session is worth has changed
 */
export function secondSettings(root, left, again) {
  const told = el('p', {}, word('second.left', { n: left }));
  const codes = el('div', {});
  let doing = 'codes';
  const forget = () => {
    doing = 'forget';
    element.requestSubmit();
  };
  const element = /** @type {HTMLFormElement} */ (el('form', { 'data-part': 'form', novalidate: true },
    slot('code', 'second.code', { hint: 'second.settings_hint', kind: 'number', autocomplete: 'one-time-code' }),
    el('p', { class: 'wrong', 'data-part': 'problem', hidden: true }),
    el('div', { class: 'row' }, el('button', { class: 'quiet' }, word('second.new_codes')), el('button', { type: 'button', class: 'quiet', click: forget }, word('second.other_phone'))),
  ));
  const it = form(element, async ({ code }) => {
    const what = doing;
    doing = 'codes';
    if (!code.trim()) return it.wrong('code', word('form.needed'));
    const answer = await call(`/api/second/${what}`, { code });
    const field = it.fields.get('code');
    if (field) field.input.value = '';
    if (what === 'forget') return again();
    const kept = recoveryCodes(answer.codes, async () => {
      codes.replaceChildren();
      setText(told, word('second.left', { n: answer.codes.length }));
      field?.input.focus();
    });
    codes.replaceChildren(kept);
    /** @type {HTMLElement} */ (kept.querySelector('h1')).focus();
  });
  root.replaceChildren(el('section', {}, el('h2', {}, word('second.settings_title')), told, element, codes));
}
