/**
 * A call for a person is heard, not only seen: two soft tones, as often as something new calls, where the moderator is on
 * duty and has not turned it off. A browser lets a page sound only after it was touched; who is on duty has touched it.
 */

/** @type {AudioContext | null} */
let audio = null;
const heard = new Set();

/** @param {import('../frames.js').Console} desk as it came last */
export function ring({ duty, items }) {
  const calls = items.filter((i) => i.kind === 'call' && !i.mine && !i.taken);
  const fresh = calls.filter((i) => !heard.has(i.item));
  for (const { item } of fresh) heard.add(item);
  document.title = calls.length > 0 ? `(${calls.length}) Notes` : 'Notes';
  if (duty && fresh.length > 0 && !silent) sound();
}

let silent = false;

/** @param {boolean} on */
export function setSound(on) {
  silent = !on;
  if (on) sound();
}

export const hasSound = () => !silent;

function sound() {
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
