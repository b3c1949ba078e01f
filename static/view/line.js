/** A private line: one participant and the moderators of the room, over the page. */

import { reconcile } from '../list.js';
import { closeDialog, freshId, setText, show, stamp } from '../template.js';
import { errorWord, timeOfDay, word } from '../words.js';
import { current } from '../shift.js';
import { back, waysOut } from './over.js';
import { callWord, thereIn } from './there.js';

/** @type {{of: string, update: () => void, end: () => void} | null} */
let open = null;

/** Draws the open line, if there is one, when something changed. */
export function updateLine() {
  open?.update();
}

/**
 * @param {import('../client.js').Client} client
 * @param {string} id the room
 * @param {string} member whose line
 * @param {string} [say] in place of the words above it
 */
export function openLine(client, id, member, say) {
  const of = `${id} ${member}`;
  if (open?.of === of) return back(); // it waits under the help panel
  open?.end();
  const before = document.activeElement;
  const made = stamp('line');
  const dialog = /** @type {HTMLDialogElement} */ (made.root);
  made.part('title').id = freshId();
  dialog.setAttribute('aria-labelledby', made.part('title').id);
  const input = made.part('words', HTMLTextAreaElement);
  input.id = freshId();
  input.value = client.draft(of).text; // what was begun outlives a lock
  input.addEventListener('input', () => client.setDraft(of, { text: input.value }));
  made.part('label').setAttribute('for', input.id);
  const room = () => client.state.rooms[id];
  const staff = room()?.role !== 'participant';
  const alias = room()?.members[member]?.alias ?? '';
  setText(made.part('title'), staff ? word('line.title_staff', { alias }) : word('line.title'));
  setText(made.part('text'), say ?? word(staff ? 'line.text_staff' : 'line.text'));
  show(made.part('done'), staff);
  const end = () => {
    if (open?.end === end) open = null;
    if (dialog.isConnected) closeDialog(dialog, before);
  };
  open = {
    of,
    end,
    update: () => {
      if (!room()) return end();
      drawEntries(made, room().lines[member]?.entries ?? []);
      const now = client.link.now();
      drawCall(made, staff ? room().calls[member] : current(room().call, now), { staff, alias });
      setText(made.part('there'), staff ? '' : thereIn(room(), client));
    },
  };
  const tell = (/** @type {{code: string} | undefined} */ error) => {
    show(made.part('wrong'), Boolean(error));
    if (!error) return;
    setText(made.part('wrong'), errorWord(error.code));
    client.announcer.failure(errorWord(error.code));
  };
  made.part('read').addEventListener('click', async () => tell((await client.link.command('answer_call', { room: id, member }).answer).error));
  waysOut(made);
  made.part('close').addEventListener('click', end);
  dialog.addEventListener('cancel', end);
  made.part('done').addEventListener('click', async () => {
    const { error } = await client.link.command('close_line', { room: id, member }).answer;
    if (!error || error.code === 'nothing_due') return end();
    tell(error);
  });
  made.part('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return input.focus();
    const { error } = await client.link.command('write_line', { room: id, member, text }).answer;
    tell(error);
    if (error) return;
    input.value = '';
    client.setDraft(of, { text: '' });
    client.announcer.status(word('pending.sent'));
    input.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  open.update();
  if (staff) void load(client, id, member).then(tell);
}

/**
 * @param {import('../client.js').Client} client
 * @param {string} room
 * @param {string} member
 */
async function load(client, room, member) {
  const { ok, error } = await client.link.command('line', { room, member }).answer;
  if (ok) client.dispatch({ local: 'line', room, member, page: ok });
  return error;
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {import('../frames.js').Call | null | undefined} call
 * @param {{staff: boolean, alias: string}} who
 */
function drawCall(made, call, { staff, alias }) {
  let text = '';
  if (call && staff) text = word('ask.staff', { alias, time: timeOfDay(call.at) });
  else if (call) text = [callWord(call), call.answered_at ? '' : word('ask.stay')].filter(Boolean).join(' ');
  setText(made.part('call'), text);
  show(made.part('call'), text !== '');
  if (text) show(made.part('none'), false);
  show(made.part('read'), staff && Boolean(call));
}

/**
 * @param {import('../template.js').Stamp} made
 * @param {import('../frames.js').LineEntry[]} entries
 */
function drawEntries(made, entries) {
  const list = made.part('entries');
  show(made.part('none'), entries.length === 0);
  const before = list.childElementCount;
  reconcile(list, entries, {
    key: (entry) => entry.id,
    make: (entry) => {
      const row = stamp('line-entry');
      row.root.classList.toggle('mine', Boolean(entry.mine));
      setText(row.part('who'), entry.mine ? word('message.you') : entry.from.alias);
      setText(row.part('time'), timeOfDay(entry.at));
      setText(row.part('text'), entry.text);
      return row.root;
    },
    update: () => {},
  });
  if (list.childElementCount !== before) list.scrollTop = list.scrollHeight;
}
