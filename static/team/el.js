/** The team's pages are made of elements, not of templates: whoever only comes to read does not load them. */

/**
 * A field of a form, which form() fills in.
 * @param {string} name
 * @param {string} label
 * @param {{hint?: string, kind?: string, autocomplete?: string}} [more]
 */
export function slot(name, label, { hint, kind, autocomplete = 'off' } = {}) {
  return el('div', {
    'data-field': name, 'data-word-field': label, 'data-autocomplete': autocomplete, ...(hint ? { 'data-word-hint': hint } : {}), ...(kind ? { 'data-kind': kind } : {}),
  });
}

/**
 * @param {string} tag
 * @param {Record<string, string | boolean | number | ((event: Event) => void)>} [with_] attributes; a function listens to
 * the event of that name; true is an attribute without a value, false none
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, with_ = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(with_)) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false) node.setAttribute(name, String(value));
  }
  node.append(...children);
  return node;
}
