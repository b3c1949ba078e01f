/**
 * Roving focus: a list of any length is one tab stop. Arrows, Home and End walk its rows; Enter goes into a row's
 * actions, where arrows walk too; Escape comes back to the row. A row is a direct child with a tabindex; its actions
 * are the buttons in it, out of the tab order.
 */

/** @param {HTMLElement} list */
export function rove(list) {
  list.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const row = rowOf(list, target);
    if (!row) return;
    const done = target === row ? onRow(list, row, event) : onAction(row, target, event);
    if (done) event.preventDefault();
  });
  list.addEventListener('focusin', (event) => {
    const row = rowOf(list, /** @type {Element} */ (event.target));
    if (row) only(list, row);
  });
}

/**
 * Sees to it that exactly one row can be reached by Tab. Call after rows came or went.
 * @param {HTMLElement} list
 */
export function settle(list) {
  const all = rowsOf(list);
  const current = all.find((row) => row.tabIndex === 0) ?? all.at(-1);
  if (current) only(list, current);
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 */
function only(list, row) {
  for (const other of rowsOf(list)) {
    const index = other === row ? 0 : -1;
    if (other.tabIndex !== index) other.tabIndex = index;
  }
}

/**
 * @param {HTMLElement} list
 * @returns {HTMLElement[]}
 */
function rowsOf(list) {
  return /** @type {HTMLElement[]} */ ([...list.children].filter((row) => row.hasAttribute('tabindex')));
}

/**
 * @param {HTMLElement} list
 * @param {Element} inside
 * @returns {HTMLElement | undefined}
 */
function rowOf(list, inside) {
  return rowsOf(list).find((row) => row.contains(inside));
}

/**
 * What Enter leads to: a row's actions first, then its other buttons. A button that only opens the actions to a finger
 * (data-opens) is none: for the keyboard they are open.
 * @param {HTMLElement} row
 */
function actionsOf(row) {
  const all = [...row.querySelectorAll('button')].filter((b) => b.offsetParent !== null && !('opens' in b.dataset));
  const first = all.filter((b) => b.closest('[role="group"]'));
  return [...first, ...all.filter((b) => !first.includes(b))];
}

/**
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 * @param {KeyboardEvent} event
 */
function onRow(list, row, event) {
  const all = rowsOf(list);
  const i = all.indexOf(row);
  switch (event.key) {
    case 'ArrowUp':
      return go(all[i - 1]);
    case 'ArrowDown':
      return go(all[i + 1]);
    case 'Home':
      return go(all[0]);
    case 'End':
      return go(all.at(-1));
    case 'Enter':
      return go(actionsOf(row)[0]);
    default:
      return false;
  }
}

/**
 * @param {HTMLElement} row
 * @param {HTMLElement} action
 * @param {KeyboardEvent} event
 */
function onAction(row, action, event) {
  const all = actionsOf(row);
  const i = all.indexOf(/** @type {HTMLButtonElement} */ (action));
  switch (event.key) {
    case 'Escape':
      return go(row);
    case 'ArrowRight':
    case 'ArrowDown':
      return go(all[(i + 1) % all.length]);
    case 'ArrowLeft':
    case 'ArrowUp':
      return go(all[(i - 1 + all.length) % all.length]);
    case 'Home':
      return go(all[0]);
    case 'End':
      return go(all.at(-1));
    default:
      return false;
  }
}

/** @param {HTMLElement | undefined} target */
function go(target) {
  target?.focus();
  // At the end of the list an arrow may still scroll a long message.
  return target !== undefined;
}
