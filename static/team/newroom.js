/** The lead's page for a new room. */

import { call } from '../api.js';
import { form } from '../form.js';
import { word } from '../words.js';
import { el, slot } from './el.js';

/** @param {{done: (room: string) => Promise<void>}} how */
export function newRoomView({ done }) {
  const root = el('div', {},
    el('h1', { tabindex: '-1' }, word('newroom.title')), el('p', {}, word('newroom.lead')),
    el('form', { 'data-part': 'form', novalidate: true },
      slot('name', 'newroom.name', { hint: 'newroom.name_hint' }), slot('topic', 'newroom.topic'),
      slot('rules', 'newroom.rules', { hint: 'newroom.rules_hint', kind: 'area' }), slot('alias', 'newroom.alias', { hint: 'newroom.alias_hint' }),
      el('p', { class: 'wrong', 'data-part': 'problem', hidden: true }), el('button', { class: 'main' }, word('newroom.go')),
    ),
  );
  const it = form(root, async (values) => {
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
  return root;
}
