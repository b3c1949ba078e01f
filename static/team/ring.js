/**
 * A call for a person is heard, not only seen: two soft tones when it comes, and again for as long as nobody has read or
 * taken it, where the moderator is on duty and has not turned it off. A browser lets a page sound only after it was
 * touched; who is on duty has touched it.
 */

/** How long after it has rung it rings again. */
const AGAIN_MS = 20_000;

const title = document.title;
/** @type {AudioContext | null} */
let audio = null;
let heard = new Set();
let silent = false;
let again = 0;

/** @param {import('../frames.js').Console} desk as it came last */
export function ring({ duty, items }) {
  const calls = items.filter((i) => i.kind === 'call' && !i.mine && !i.taken).map((i) => i.item);
  const fresh = calls.some((item) => !heard.has(item));
  heard = new Set(calls);
  document.title = calls.length > 0 ? `(${calls.length}) ${title}` : title;
  if (!duty || calls.length === 0) return rest();
  if (fresh || !again) sound();
  again ||= window.setInterval(sound, AGAIN_MS);
}

/** Whoever was in is not any more. */
export function hush() {
  rest();
  heard.clear();
  document.title = title;
}

function rest() {
  clearInterval(again);
  again = 0;
}

/** @param {boolean} on */
export function setSound(on) {
  silent = !on;
  if (on) sound();
}

export const hasSound = () => !silent;

function sound() {
  if (silent) return;
  try {
    audio ??= new AudioContext();
    for (const [i, hertz] of [660, 880].entries()) {
      const tone = audio.createOscillator();
      const soft = audio.createGain();
      const at = audio.currentTime + i * 0.35;
      tone.frequency.value = hertz;
      soft.gain.setValueAtTime(0.0001, at);
      soft.gain.exponentialRampToValueAtTime(0.2, at + 0.03);
      soft.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
      tone.connect(soft).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    }
  } catch {
    // Without sound there is still the title, and the first place in the list.
  }
}
