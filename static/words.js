/**
 * Every word the page shows comes from lang/en.json, by key: "view.name". A value with "one" and "other" is chosen by
 * the number n. {name} in a text is replaced by the field of that name.
 */

/** @type {Record<string, any>} */
let table = {};
let locale = 'en';

/**
 * Loads the language file beside this module. Throws if it cannot be had: a page without words must say so itself.
 */
export async function loadWords() {
  const answer = await fetch(new URL('lang/en.json', import.meta.url));
  if (!answer.ok) throw new Error('the words did not load');
  useWords(await answer.json(), 'en');
}

/**
 * @param {Record<string, any>} words
 * @param {string} language
 */
export function useWords(words, language) {
  table = words;
  locale = language;
}

/**
 * @param {string} key
 * @param {Record<string, string | number>} [fields]
 * @returns {string} the key itself if there is no such word, so that a gap shows
 */
export function word(key, fields = {}) {
  const [view, name] = key.split('.');
  let text = table[view]?.[name];
  if (text && typeof text === 'object') {
    text = text[new Intl.PluralRules(locale).select(Number(fields.n))] ?? text.other;
  }
  if (typeof text !== 'string') return key;
  return text.replace(/\{(\w+)\}/g, (_all, field) => String(fields[field] ?? ''));
}

/**
 * The words for an error code; a code nobody wrote words for gets the general sentence.
 * @param {string} code
 * @param {Record<string, string | number>} [fields]
 */
export function errorWord(code, fields) {
  return table.error?.[code] ? word(`error.${code}`, fields) : word('error.unknown');
}

/** @param {number} ms */
export function timeOfDay(ms) {
  return new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(ms);
}

/**
 * @param {number} ms
 * @param {number} now
 */
export function day(ms, now) {
  const days = daysBetween(ms, now);
  if (days === 0) return word('time.today');
  if (days === 1) return word('time.yesterday');
  return date(ms);
}

/** @param {number} ms */
export function date(ms) {
  return new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }).format(ms);
}

/**
 * Short: the time for today, the day otherwise.
 * @param {number} ms
 * @param {number} now
 */
export function when(ms, now) {
  const days = daysBetween(ms, now);
  if (days === 0) return timeOfDay(ms);
  if (days === 1) return word('time.yesterday');
  return new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' }).format(ms);
}

/**
 * How long ago: "20 minutes ago", "yesterday". A little while is a minute.
 * @param {number} ms
 * @param {number} now
 */
export function ago(ms, now) {
  const say = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const days = daysBetween(ms, now);
  const minutes = Math.max(1, Math.round((now - ms) / 60_000));
  if (minutes < 60) return say.format(-minutes, 'minute');
  if (days === 0 || minutes < 12 * 60) return say.format(-Math.round(minutes / 60), 'hour');
  return say.format(-days, 'day');
}

/**
 * A moment that is to come: "today at 18:00", "Monday at 09:00".
 * @param {number} ms
 * @param {number} now
 */
export function ahead(ms, now) {
  const days = daysBetween(now, ms);
  const time = timeOfDay(ms);
  if (days <= 0) return word('time.ahead_today', { time });
  if (days === 1) return word('time.ahead_tomorrow', { time });
  const near = new Intl.DateTimeFormat(locale, { weekday: 'long' }).format(ms);
  return word('time.ahead_day', { day: days < 7 ? near : date(ms), time });
}

/**
 * Calendar days between two moments where the reader is.
 * @param {number} earlier
 * @param {number} later
 */
function daysBetween(earlier, later) {
  const noon = (/** @type {number} */ ms) => new Date(ms).setHours(12, 0, 0, 0);
  // Noon to noon is 23 to 25 hours when the clocks change; rounding settles it.
  return Math.round((noon(later) - noon(earlier)) / 86_400_000);
}
