/**
 * Command ids: UUID version 7 in lower case, as RFC 9562 lays them out. The time in front comes from the server's
 * clock, because the server refuses ids that are too old or ahead of it.
 */

/**
 * @param {number} ms server time, milliseconds since 1970 UTC; below 2^48
 * @param {Uint8Array} random 16 random bytes; the first six are overwritten by the time
 * @returns {string}
 */
export function uuid7(ms, random) {
  const bytes = Uint8Array.from(random);
  let left = Math.floor(ms);
  for (let i = 5; i >= 0; i--) {
    bytes[i] = left % 256;
    left = Math.floor(left / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
