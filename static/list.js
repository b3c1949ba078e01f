/**
 * The one keyed list: makes a parent's children match the items, moving and changing as little as it can, so that focus,
 * selection and scroll position survive whatever arrives.
 */

/** @type {WeakMap<Element, Map<string, HTMLElement>>} */
const rows = new WeakMap();

/**
 * @template Item
 * @param {HTMLElement} parent holds these rows and nothing else
 * @param {Item[]} items in order
 * @param {{key: (item: Item) => string, make: (item: Item) => HTMLElement,
 *   update: (row: HTMLElement, item: Item) => void}} how keys are unique
 */
export function reconcile(parent, items, how) {
  const before = rows.get(parent) ?? new Map();
  /** @type {Map<string, HTMLElement>} */
  const now = new Map();
  for (const item of items) {
    const key = how.key(item);
    now.set(key, before.get(key) ?? how.make(item));
  }
  const neighbour = focusNeighbour(parent, before, now);
  for (const [key, row] of before) if (!now.has(key)) row.remove();
  let at = parent.firstElementChild;
  for (const row of now.values()) {
    if (row === at) at = at.nextElementSibling;
    else parent.insertBefore(row, at);
  }
  rows.set(parent, now);
  for (const item of items) how.update(/** @type {HTMLElement} */ (now.get(how.key(item))), item);
  neighbour?.focus();
}

/**
 * The row that takes the focus of one that goes: the next that stays, else the one before.
 * @param {HTMLElement} parent
 * @param {Map<string, HTMLElement>} before
 * @param {Map<string, HTMLElement>} now
 * @returns {HTMLElement | null}
 */
function focusNeighbour(parent, before, now) {
  const focused = document.activeElement;
  if (!focused || focused === parent || !parent.contains(focused)) return null;
  const stays = new Set(now.values());
  const going = [...before.values()].find((row) => row.contains(focused));
  if (!going || stays.has(going)) return null;
  const focusable = (/** @type {Element | null} */ row) =>
    row instanceof HTMLElement && stays.has(row) && row.hasAttribute('tabindex') ? row : null;
  for (let row = going.nextElementSibling; row; row = row.nextElementSibling) if (focusable(row)) return focusable(row);
  for (let row = going.previousElementSibling; row; row = row.previousElementSibling)
    if (focusable(row)) return focusable(row);
  return null;
}
