/** The lead's page for a new room. */

import { call } from '../api.js';
import { form } from '../form.js';
import { stamp } from '../template.js';
import { word } from '../words.js';

/** @param {{done: (room: string) => Promise<void>}} how */
export function newRoomView({ done }) {
  const made = stamp('newroom');
  const it = form(made.root, async (values) => {
    const name = values.name.trim();
    const alias = values.alias.trim();
    if (!name) it.wrong('name', word('form.needed'));
    if (!alias) it.wrong('alias', word('form.needed'));
    if (!name || !alias) return;
    const topic = values.topic.trim();
    const rules = values.rules.trim();
    const more = { ...(topic ? { topic } : {}), ...(rules ? { rules } : {}) };
    const { room } = await call('/api/rooms', { name, alias, ...more });
    await done(room);
  });
  return made.root;
}
