/** The HTTP half of the interface, as server/web/README.md has it. Nothing is kept and nothing is cached. */

export class ApiError extends Error {
  /**
   * @param {string} code from the interface, or `offline` if no answer came
   * @param {{status?: number, field?: string, waitMs?: number, demo?: boolean}} [more]
   */
  constructor(code, more = {}) {
    super(code);
    this.code = code;
    this.status = more.status ?? 0;
    this.field = more.field ?? '';
    this.waitMs = more.waitMs ?? 0;
    this.demo = more.demo ?? false;
  }
}

/** A question without an answer is over after that. Nothing here takes as long. Browsers from before 2022 wait on. */
const PATIENCE_MS = 20_000;

/**
 * @param {string} path
 * @param {Record<string, any>} [body] sent as JSON by POST; without it the request is a GET
 * @param {{keepalive?: boolean}} [how]
 * @returns {Promise<any>} the answer's JSON
 * @throws {ApiError}
 */
export async function call(path, body, how = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: body ? 'POST' : 'GET',
      headers: body ? { 'Content-Type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
      cache: 'no-store',
      credentials: 'same-origin',
      keepalive: how.keepalive,
      signal: AbortSignal.timeout?.(PATIENCE_MS),
    });
  } catch {
    throw new ApiError('offline');
  }
  const value = await answer.json().catch(() => null);
  if (answer.ok && value) return value;
  // An answer that is none was cut off, or somebody else gave it.
  const { code = answer.ok ? 'offline' : 'unknown', field, wait_ms: waitMs } = value?.error ?? {};
  throw new ApiError(code, { status: answer.status, field, waitMs, demo: value?.demo });
}

/** @returns {Promise<import('./frames.js').Me>} */
export const me = () => call('/api/me');

/** @param {unknown} error */
export function codeOf(error) {
  return error instanceof ApiError ? error.code : 'unknown';
}
