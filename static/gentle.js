/**
 * What a person is about to send, held against what the room's rules would rather not have. It stops nobody: the page
 * asks once, kindly. Being quiet matters more than being complete, so it names only what is plain. Pure.
 *
 * @typedef {'link' | 'phone' | 'email' | 'handle' | 'address' | 'medicine' | 'dose'} Found
 */

import { isMedicine } from './medicines.js';

/** Numbers that must never be in anybody's way: crisis lines and emergency calls, as digits alone. */
const CRISIS = new Set(['911', '999', '112', '000', '988', '741741', '18006624357', '8006624357', '116123', '85258', '131114', '111']);

const LINK = /\b(?:https?:\/\/|www\.)[^\s]{3,}|\b[a-z0-9-]{2,40}\.(?:com|org|net|info|app|gg|tv)\b(?:\/[^\s]*)?|\b[a-z0-9-]{2,40}\.(?:io|me|co|uk|us|ly|de|eu)\/[^\s]+/gi;
const NUMBER = /\+?\(?\d[\d ().\/-]{4,22}\d/g;
const DATE = /^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})$/;
const EMAIL = /[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,20}/gi;
const HANDLE = /(?<=^|\s)@[\w.]{3,30}|\b(?:add|find|dm|message) me on\b|\bmy (?:insta|instagram|snap|snapchat|whatsapp|telegram|discord|facebook|tiktok)\b/gi;
const ADDRESS = /\b\d{1,5} [A-Z][a-z]{1,20}(?: [A-Z][a-z]{1,20})? (?:St|Street|Rd|Road|Ave|Avenue|Ln|Lane|Dr|Drive|Blvd|Court)\b/g;
const DOSE = /\b\d{1,4}(?:[.,]\d{1,2})? ?(?:mg|mcg|milligrams?|micrograms?|pills?|tablets?)\b/gi;
const WORD = /[\p{L}\p{N}]{4,20}/gu;

/**
 * @param {string} text
 * @param {{links: boolean, contact: boolean, medicine: boolean}} fine what is welcome in the room
 * @returns {{kind: Found, from: number, to: number}[]} each kind once, in the order of its first place
 */
export function gentle(text, fine) {
  /** @type {{kind: Found, from: number, to: number}[]} */
  const found = [];
  const look = (/** @type {Found} */ kind, /** @type {RegExp} */ pattern, /** @type {(hit: string, at: number) => boolean} */ is = () => true) => {
    for (const hit of text.matchAll(pattern)) {
      if (!is(hit[0], hit.index)) continue;
      found.push({ kind, from: hit.index, to: hit.index + hit[0].length });
      return;
    }
  };
  if (!fine.contact) {
    look('email', EMAIL);
    look('phone', NUMBER, (hit, at) => isPhone(hit, text[at - 1] ?? ''));
    look('handle', HANDLE);
    look('address', ADDRESS);
  }
  const mail = found.find((f) => f.kind === 'email');
  if (!fine.links) look('link', LINK, (_hit, at) => !(mail && at >= mail.from && at < mail.to));
  if (!fine.medicine) {
    look('medicine', WORD, (hit) => isMedicine(hit));
    look('dose', DOSE);
  }
  return found.sort((a, b) => a.from - b.from);
}

/**
 * A number that rings somewhere: not a date, an amount or a count, and not a crisis line.
 * @param {string} hit
 * @param {string} before the character in front of it
 */
function isPhone(hit, before) {
  const digits = hit.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15 || CRISIS.has(digits) || DATE.test(hit) || /[$€£\d]/.test(before)) return false;
  if (/\d[/]\d/.test(hit) || /^\d{4}\s?[-–]\s?\d{4}$/.test(hit)) return false; // a date, or from year to year
  return hit !== digits || digits.length >= 10 || digits.startsWith('0');
}
