/**
 * Forms: fields with their words, hint and error beside them; the first wrong field gets the focus; nothing typed is
 * ever lost. A slot <div data-field="name"> in a template becomes a field here.
 *
 * @typedef {HTMLInputElement | HTMLTextAreaElement} Input
 * @typedef {object} Field
 * @property {Input} input
 * @property {HTMLElement} wrong
 * @property {HTMLElement} root
 * @typedef {Record<string, string>} Values
 *
 * @typedef {object} Form
 * @property {Map<string, Field>} fields
 * @property {() => Values} values a ticked box is "yes", an empty one ""
 * @property {(name: string, text: string) => void} wrong shows an error beside a field and goes there
 * @property {(text: string) => void} problem shows an error of no field
 * @property {() => void} clear takes all errors away
 */

import { freshId, setText, show, stamp } from './template.js';
import { ApiError } from './api.js';
import { errorWord, word } from './words.js';

/** From here on a wait is told in minutes. */
const LONG_WAIT_MS = 90_000;

/** Codes that belong beside a field although the server names none. */
const FIELD_OF = new Map([
  ['name_taken', 'name'],
  ['name_bad', 'name'],
  ['alias_taken', 'alias'],
  ['alias_staff', 'alias'],
  ['alias_bad', 'alias'],
  ['passphrase_short', 'passphrase'],
  ['passphrase_long', 'passphrase'],
  ['passphrase_common', 'passphrase'],
  ['accept_needed', 'agreement'],
  ['second_wrong', 'code'],
]);

/**
 * @param {HTMLElement} root holds data-part form and problem, and the slots
 * @param {(values: Values) => Promise<void>} submit may throw; an ApiError finds its field
 * @param {Record<string, string>} [elsewhere] fields that go by another name here
 * @returns {Form}
 */
export function form(root, submit, elsewhere = {}) {
  const element = /** @type {HTMLFormElement} */ (root.matches('form') ? root : root.querySelector('[data-part="form"]'));
  const problem = /** @type {HTMLElement} */ (element.querySelector('[data-part="problem"]'));
  const fields = new Map([...element.querySelectorAll('[data-field]')].map((slot) => fill(/** @type {HTMLElement} */ (slot))));
  const it = {
    fields,
    values: () => Object.fromEntries([...fields].map(([name, field]) => [name, valueOf(field.input)])),
    wrong: (/** @type {string} */ name, /** @type {string} */ text) => markWrong(fields, name, text),
    problem: (/** @type {string} */ text) => {
      setText(problem, text);
      show(problem, text !== '');
    },
    clear: () => {
      for (const field of fields.values()) unmark(field);
      show(problem, false);
    },
  };
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    void run(element, it, submit, elsewhere);
  });
  return it;
}

/**
 * @param {HTMLFormElement} element
 * @param {Form} it
 * @param {(values: Values) => Promise<void>} submit
 * @param {Record<string, string>} elsewhere
 */
async function run(element, it, submit, elsewhere) {
  // Not `disabled`: that would throw the focus away in the middle of an action.
  if (element.ariaBusy === 'true') return;
  element.ariaBusy = 'true';
  it.clear();
  try {
    await submit(it.values());
  } catch (error) {
    place(it, error, elsewhere);
  } finally {
    element.ariaBusy = null;
  }
}

/**
 * @param {Form} it
 * @param {unknown} error
 * @param {Record<string, string>} elsewhere
 */
function place(it, error, elsewhere) {
  const known = error instanceof ApiError ? error : new ApiError('unknown');
  const long = known.waitMs > LONG_WAIT_MS;
  const n = Math.max(1, Math.ceil(known.waitMs / (long ? 60_000 : 1_000)));
  const text = errorWord(long ? 'slow_down_long' : known.code, { n });
  const named = FIELD_OF.get(known.code) ?? known.field;
  const name = elsewhere[named] ?? named;
  if (it.fields.has(name)) it.wrong(name, text);
  else {
    it.problem(text);
    document.dispatchEvent(new CustomEvent('problem', { detail: text }));
  }
}

/** @param {Input} input */
function valueOf(input) {
  if (input instanceof HTMLInputElement && input.type === 'checkbox') return input.checked ? 'yes' : '';
  return input.value;
}

/**
 * @param {Map<string, Field>} fields
 * @param {string} name
 * @param {string} text
 */
function markWrong(fields, name, text) {
  const field = fields.get(name);
  if (!field) return;
  const first = ![...fields.values()].some((f) => f.input.getAttribute('aria-invalid') === 'true');
  setText(field.wrong, text);
  show(field.wrong, true);
  field.input.setAttribute('aria-invalid', 'true');
  if (first) field.input.focus();
}

/** @param {Field} field */
function unmark(field) {
  show(field.wrong, false);
  field.input.removeAttribute('aria-invalid');
}

/**
 * @param {HTMLElement} slot
 * @returns {[string, Field]}
 */
function fill(slot) {
  const { field: name = '', kind = 'text', wordField = '', wordHint, autocomplete } = slot.dataset;
  const made = stamp(kind === 'area' || kind === 'secret' || kind === 'tick' ? kind : 'field');
  const input = /** @type {Input} */ (made.part('input'));
  input.id = freshId();
  input.name = name;
  const label = made.part('label');
  setText(label, word(wordField));
  if (label instanceof HTMLLabelElement) label.htmlFor = input.id;
  describe(made, input, wordHint ? word(wordHint) : '');
  if (autocomplete) input.setAttribute('autocomplete', autocomplete);
  if (autocomplete === 'username') {
    input.setAttribute('autocapitalize', 'none');
    input.setAttribute('spellcheck', 'false');
  }
  if (kind === 'number') input.setAttribute('inputmode', 'numeric');
  if (kind === 'secret') toggle(made.part('toggle'), /** @type {HTMLInputElement} */ (input));
  const field = { input, wrong: made.part('wrong'), root: made.root };
  input.addEventListener('input', () => unmark(field));
  slot.replaceWith(made.root);
  return [name, field];
}

/**
 * @param {import('./template.js').Stamp} made
 * @param {Input} input
 * @param {string} text
 */
function describe(made, input, text) {
  const hint = made.part('hint');
  const wrong = made.part('wrong');
  hint.id = freshId();
  wrong.id = freshId();
  setText(hint, text);
  show(hint, text !== '');
  input.setAttribute('aria-describedby', text === '' ? wrong.id : `${hint.id} ${wrong.id}`);
}

/**
 * @param {HTMLElement} button
 * @param {HTMLInputElement} input
 */
function toggle(button, input) {
  const draw = () => {
    const hidden = input.type === 'password';
    setText(button, word(hidden ? 'form.show' : 'form.hide'));
    button.setAttribute('aria-label', word(hidden ? 'form.show_long' : 'form.hide_long'));
  };
  button.addEventListener('click', () => {
    input.type = input.type === 'password' ? 'text' : 'password';
    draw();
    input.focus();
  });
  draw();
}
