/**
 * What covers the page makes everything under it dead, so it carries its own ways out: leaving, and help. Help takes its
 * place, and it is there again, as it was, when help is closed. Whoever goes away takes all of it along.
 */

const ways = { leave: () => {}, help: (/** @type {() => void} */ _then) => {}, back: () => {} };

/** @param {typeof ways} set what they do */
export function useWays(set) {
  Object.assign(ways, set);
}

/**
 * @param {import('../template.js').Stamp} made a dialog
 */
export function waysOut(made) {
  const dialog = /** @type {HTMLDialogElement} */ (made.root);
  made.part('leave').addEventListener('click', (event) => {
    event.preventDefault();
    ways.leave();
  });
  made.part('help').addEventListener('click', () => {
    dialog.close();
    ways.help(() => {
      if (!dialog.isConnected) return;
      dialog.showModal();
      made.part('help').focus();
    });
  });
}

/** Help is over: what it took the place of is there again. */
export function back() {
  ways.back();
}

/** Closes whatever covers the page, as if the person had said no. */
export function closeAll() {
  for (const dialog of document.querySelectorAll('dialog.ask')) dialog.dispatchEvent(new Event('cancel', { cancelable: true }));
}
