/** The team's pages are made of elements, not of templates: whoever only comes to read does not load them. */

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
