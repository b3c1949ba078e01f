/**
 * Leaving the page fast: a blank sheet first, before anything else, then the socket, then the session, then another
 * page. Reached by the button, by the link that is first in the page, and by Shift three times. It ends what it can and
 * promises no more: a browser keeps a history of its own.
 */

const PRESSES = 3;
const BETWEEN_MS = 5_000;

let leaving = false;

/** Whether the page is on its way out; nobody is to be asked about unsent text then. */
export function isLeaving() {
  return leaving;
}

/**
 * @param {() => void} closeSocket
 */
export function leave(closeSocket) {
  leaving = true;
  // A real element over everything, in the top layer too: an open dialog would cover any other sheet.
  const sheet = document.createElement('dialog');
  sheet.className = 'blank';
  document.body.append(sheet);
  sheet.showModal();
  closeSocket();
  // Not awaited: keepalive lets it end the session after this page is gone.
  fetch('/api/sign-out', {
    method: 'POST',
    keepalive: true,
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  }).catch(() => {});
  location.replace('/leave');
}

/**
 * Counts Shift presses: three in a row, at most 5 s apart, any other key between starts anew.
 * @returns {(event: {key: string, repeat?: boolean, timeStamp: number}) => boolean} true on the third
 */
export function shiftCounter() {
  let count = 0;
  let last = -Infinity;
  return (event) => {
    if (event.repeat) return false;
    if (event.key !== 'Shift') {
      count = 0;
      return false;
    }
    count = event.timeStamp - last <= BETWEEN_MS ? count + 1 : 1;
    last = event.timeStamp;
    if (count < PRESSES) return false;
    count = 0;
    return true;
  };
}
