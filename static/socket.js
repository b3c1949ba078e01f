/** What protocol.js needs from a browser: a WebSocket, timers, randomness. */

/** @param {import('./protocol.js').Handlers} on */
export function open(on) {
  const url = new URL('/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, 'kith.v1');
  socket.onmessage = (event) => {
    if (typeof event.data === 'string') on.text(event.data);
  };
  socket.onclose = (event) => on.closed(event.code);
  return {
    /** @param {string} text */
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close() {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    },
  };
}

/**
 * @param {number} ms
 * @param {() => void} run
 * @returns {() => void} cancels
 */
export function after(ms, run) {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function fillRandom(bytes) {
  return crypto.getRandomValues(bytes);
}

export const browser = {
  open,
  after,
  now: () => performance.now(),
  random: Math.random,
  fill: /** @type {(bytes: Uint8Array) => Uint8Array} */ (fillRandom),
};
