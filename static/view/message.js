/**
 * One row of the history: a message, or one on its way. What can be done with it is in it, out of the tab order (see
 * rove.js), shown on focus, hover or by its "more" button.
 *
 * @typedef {import('../frames.js').Message} Message
 * @typedef {import('../frames.js').Reaction} Reaction
 * @typedef {import('../pending.js').Pending} Pending
 * @typedef {import('../store.js').Room} Room
 *
 * @typedef {object} Acts
 * @property {(message: Message) => void} reply
 * @property {(message: Message) => void} edit
 * @property {(message: Message) => void} takeBack
 * @property {(message: Message) => void} report
 * @property {(message: Message) => void} moderate
 * @property {(message: Message) => void} unhide
 * @property {(message: Message) => void} reports
 * @property {(message: Message) => void} appeal
 * @property {(message: Message, on: boolean) => void} pin
 * @property {(message: Message, reaction: Reaction, on: boolean) => void} react
 * @property {(message: Message, shown: boolean) => void} reveal
 * @property {(item: Pending) => void} tryAgain
 * @property {(item: Pending) => void} editAgain
 * @property {(item: Pending) => void} discard
 *
 * @typedef {object} Item what a row shows
 * @property {Message} message for a post on its way: what it will look like
 * @property {Pending | null} pending what of one's own is under way with it
 * @property {boolean} first whether it opens a group of one author
 * @property {boolean} lastSent whether it is the newest of one's own
 */

import { reconcile } from '../list.js';
import { pendingWord } from '../sending.js';
import { freshId, setText, show, stamp } from '../template.js';
import { date, errorWord, timeOfDay, word } from '../words.js';
import { drawDot, drawRole } from './people.js';

/** @type {Reaction[]} */
export const REACTIONS = ['heart', 'hug', 'strength', 'thanks', 'same'];

/** @type {WeakMap<HTMLElement, {item: Item, room: Room, picking: boolean, open: boolean}>} */
const shown = new WeakMap();

/**
 * @param {Acts} acts
 * @returns {HTMLElement}
 */
export function makeMessage(acts) {
  const { root, part } = stamp('message');
  const labels = ['who', 'text', 'mark', 'time'].map((name) => {
    part(name).id = freshId();
    return part(name).id;
  });
  root.setAttribute('aria-labelledby', labels.join(' '));
  part('more').addEventListener('click', () => {
    const now = shown.get(root);
    if (!now) return;
    now.open = !now.open;
    draw(root, acts);
    if (!now.open) return;
    /** @type {HTMLElement | null} */ (part('actions').querySelector('button'))?.focus();
    part('actions').scrollIntoView({ block: 'nearest' });
  });
  root.addEventListener('focusout', (event) => {
    const now = shown.get(root);
    if (!now || root.contains(/** @type {Node | null} */ (event.relatedTarget))) return;
    if (!now.open && !now.picking) return;
    now.open = now.picking = false;
    draw(root, acts);
  });
  return root;
}

/**
 * @param {HTMLElement} root
 * @param {Item} item
 * @param {Room} room
 * @param {Acts} acts
 */
export function updateMessage(root, item, room, acts) {
  const before = shown.get(root);
  shown.set(root, { item, room, picking: before?.picking ?? false, open: before?.open ?? false });
  // With hundreds of rows, drawing the unchanged ones would be most of the work.
  if (!before || !sameItem(before.item, item) || !sameAround(before.room, room, item.message)) draw(root, acts);
}

/**
 * @param {Item} a
 * @param {Item} b
 */
function sameItem(a, b) {
  return a.message === b.message && a.pending === b.pending && a.first === b.first && a.lastSent === b.lastSent;
}

/**
 * Whether what a row takes from the room besides its own message is the same.
 * @param {Room} a
 * @param {Room} b
 * @param {Message} message
 */
function sameAround(a, b, message) {
  if (a.you !== b.you || a.role !== b.role || a.pinned?.id !== b.pinned?.id || a.policy.house !== b.policy.house || (message.removed_at && a.notes !== b.notes) || a.revealed[message.id] !== b.revealed[message.id]) return false;
  return !message.reply_to || a.messages === b.messages;
}

/**
 * @param {HTMLElement} root
 * @param {Acts} acts
 */
function draw(root, acts) {
  const now = shown.get(root);
  if (!now) return;
  const { item, room } = now;
  const { message, pending } = item;
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  const mine = Boolean(message.mine);
  root.classList.toggle('mine', mine);
  root.classList.toggle('first', item.first);
  root.classList.toggle('gone', Boolean(message.removed_at));
  root.classList.toggle('opened', now.open);
  drawDot(part('dot'), message.from);
  setText(part('who'), mine ? word('message.you') : message.from.alias);
  drawRole(part('role'), message.from.role);
  setText(part('time'), timeOfDay(message.at));
  drawText(part, item, room);
  drawAnswering(part('answering'), message, room);
  drawSending(part('sending'), item);
  part('more').setAttribute('aria-expanded', String(now.open));
  drawGiven(part('given'), message, room, acts);
  reconcile(part('actions'), actionsOf(root, now, acts), {
    key: (action) => action.name,
    make: () => makeAction(),
    update: (button, action) => action.draw(/** @type {HTMLButtonElement} */ (button)),
  });
}

/**
 * @param {(name: string) => HTMLElement} part
 * @param {Item} item
 * @param {Room} room
 */
function drawText(part, { message, pending }, room) {
  const opened = room.revealed[message.id];
  let text = pending?.verb === 'edit' ? pending.text : message.text;
  let mark = message.edited_at ? word('message.edited') : '';
  if (message.written_at) mark = word('message.released', { time: timeOfDay(message.written_at) });
  if (message.reports) mark = [mark, reportsWord(message.reports)].filter(Boolean).join(' ');
  if (message.removed_at) {
    text = opened ? opened.text : goneWord(message);
    mark = opened ? word('message.shown_to_staff', { day: date(opened.erasedAt) }) : '';
  }
  setText(part('text'), text);
  setText(part('mark'), mark);
  show(part('mark'), mark !== '');
}

/** @param {import('../frames.js').Reports} reports */
function reportsWord({ open, mine, rules = 0, worry = 0 }) {
  if (rules + worry > 0) return word(open ? 'reports.open' : 'reports.closed', { n: rules + worry });
  if (!mine) return '';
  return word(open ? 'report.sent' : 'report.seen');
}

/** @param {import('../frames.js').Message} message */
function goneWord(message) {
  if (message.removed_by !== 'moderator') return word('message.taken_back');
  return word(message.erased ? 'message.erased' : message.mine ? 'message.hidden_own' : 'message.hidden');
}

/**
 * What a reply answers, in its author's name and first words.
 * @param {HTMLElement} node
 * @param {Message} message
 * @param {Room} room
 */
function drawAnswering(node, message, room) {
  show(node, Boolean(message.reply_to || message.reply_gone));
  if (message.reply_gone) return setText(node, word('message.answers_gone'));
  if (!message.reply_to) return;
  const other = room.messages.find((m) => m.id === message.reply_to);
  if (!other) return setText(node, word('message.answers_earlier'));
  if (other.removed_at) return setText(node, word('message.answers_gone'));
  const alias = other.mine ? word('message.you_inside') : other.from.alias;
  setText(node, word('message.answers', { alias, text: other.text }));
}

/**
 * @param {HTMLElement} node
 * @param {Item} item
 */
function drawSending(node, { pending, lastSent }) {
  let text = lastSent ? word('pending.sent') : '';
  if (pending) text = stateWord(pending);
  setText(node, text);
  show(node, text !== '');
  node.classList.toggle('refused', pending?.state === 'refused');
}

/** @param {Pending} pending */
function stateWord({ state, verb, code = '' }) {
  if (state === 'refused') return word('pending.refused', { why: errorWord(code) });
  if (state === 'waiting') return pendingWord(code);
  if (state === 'sent') return word('pending.sent');
  return word(verb === 'remove' ? 'pending.taking_back' : 'pending.sending');
}

/**
 * The reactions a message has, each with its word, its number and whether one's own is among them.
 * @param {HTMLElement} node
 * @param {Message} message
 * @param {Room} room
 * @param {Acts} acts
 */
function drawGiven(node, message, room, acts) {
  const given = REACTIONS.filter((r) => (message.reactions?.[r]?.length ?? 0) > 0);
  show(node, given.length > 0);
  reconcile(node, given, {
    key: (reaction) => reaction,
    make: (reaction) => makeReaction(reaction),
    update: (button, reaction) => drawReaction(button, reaction, message, room, acts),
  });
}

/** @param {Reaction} reaction */
function makeReaction(reaction) {
  const made = stamp('reaction');
  made.part('icon', SVGUseElement).setAttribute('href', `#i-${reaction}`);
  setText(made.part('word'), word(`reaction.${reaction}`));
  return made.root;
}

/**
 * @param {HTMLElement} button
 * @param {Reaction} reaction
 * @param {Message} message
 * @param {Room} room
 * @param {Acts} acts
 */
function drawReaction(button, reaction, message, room, acts) {
  const who = message.reactions?.[reaction] ?? [];
  const on = who.includes(room.you);
  button.setAttribute('aria-pressed', String(on));
  const count = /** @type {HTMLElement} */ (button.querySelector('[data-part="count"]'));
  show(count, who.length > 0);
  setText(count, String(who.length));
  button.onclick = () => acts.react(message, reaction, !on);
}

function makeAction() {
  return stamp('action').root;
}

/**
 * @typedef {{name: string, draw: (button: HTMLButtonElement) => void}} Action
 * @param {HTMLElement} root
 * @param {{item: Item, room: Room, picking: boolean, open: boolean}} now
 * @param {Acts} acts
 * @returns {Action[]}
 */
function actionsOf(root, now, acts) {
  const { message, pending } = now.item;
  if (pending?.state === 'refused') return refusedActions(pending, acts);
  if (pending) return [];
  if (message.removed_at) return removedActions(message, now.room, acts);
  if (now.room.role === 'visitor') return [];
  /** @type {Action[]} */
  const actions = [];
  const answers = now.room.role !== 'participant' || now.room.policy.house?.cross_talk !== false;
  if (!now.picking && answers) actions.push(plain('reply', word('message.reply'), () => acts.reply(message)));
  actions.push({
    name: 'react',
    draw: (button) => {
      setText(button, word('message.react'));
      button.setAttribute('aria-expanded', String(now.picking));
      button.onclick = () => {
        const fresh = shown.get(root);
        if (fresh) fresh.picking = !fresh.picking;
        draw(root, acts);
      };
    },
  });
  if (now.picking) for (const reaction of REACTIONS) actions.push(pick(root, reaction, now, acts));
  if (message.mine && !now.picking) {
    actions.push(plain('edit', word('message.edit'), () => acts.edit(message)));
    actions.push(plain('back', word('message.take_back'), () => acts.takeBack(message)));
  }
  if (!message.mine && !now.picking) actions.push(...othersActions(message, now.room, acts));
  if (!now.picking && now.room.role !== 'participant') {
    const pinned = now.room.pinned?.id === message.id;
    actions.push(plain('pin', word(pinned ? 'pin.off' : 'pin.on'), () => acts.pin(message, !pinned)));
  }
  return actions;
}

/**
 * @param {HTMLElement} root
 * @param {Reaction} reaction
 * @param {{item: Item, room: Room, picking: boolean}} now
 * @param {Acts} acts
 * @returns {Action}
 */
function pick(root, reaction, now, acts) {
  const { message } = now.item;
  const on = (message.reactions?.[reaction] ?? []).includes(now.room.you);
  return {
    name: `pick-${reaction}`,
    draw: (button) => {
      button.classList.add('pick');
      setText(button, word(`reaction.${reaction}`));
      button.setAttribute('aria-pressed', String(on));
      button.onclick = () => {
        const fresh = shown.get(root);
        if (fresh) fresh.picking = false;
        root.focus();
        acts.react(message, reaction, !on);
      };
    },
  };
}

/**
 * @param {Pending} pending
 * @param {Acts} acts
 * @returns {Action[]}
 */
function refusedActions(pending, acts) {
  const again = plain('again', word('pending.try_again'), () => acts.tryAgain(pending));
  const discard = plain('discard', word('pending.discard'), () => acts.discard(pending));
  // It may have been stored already: a changed copy could then stand there twice.
  if (pending.verb === 'remove' || pending.code === 'not_known') return [again, discard];
  return [plain('edit-again', word('pending.edit_again'), () => acts.editAgain(pending)), again, discard];
}

/**
 * What can be done about another's message: tell the team, or, for the team, act on it.
 * @param {import('../frames.js').Message} message
 * @param {Room} room
 * @param {Acts} acts
 * @returns {Action[]}
 */
function othersActions(message, room, acts) {
  const staff = room.role !== 'participant';
  const over = staff && (message.from.role === 'participant' || room.role === 'lead');
  /** @type {Action[]} */
  const actions = [];
  if (staff && message.reports?.open) actions.push(plain('reports', word('reports.look'), () => acts.reports(message)));
  if (!message.reports?.mine) actions.push(plain('report', word('report.action'), () => acts.report(message)));
  if (over) actions.push(plain('moderate', word('moderate.action'), () => acts.moderate(message)));
  return actions;
}

/**
 * @param {import('../frames.js').Message} message
 * @param {Room} room
 * @param {Acts} acts
 * @returns {Action[]}
 */
function removedActions(message, room, acts) {
  const note = room.notes.find((n) => n.id === message.note);
  if (room.role === 'participant') {
    return message.note && !note?.appeal ? [plain('appeal', word('appeal.ask'), () => acts.appeal(message))] : [];
  }
  const open = Boolean(room.revealed[message.id]);
  const reveal = plain('reveal', word(open ? 'message.hide' : 'message.show'), () => acts.reveal(message, !open));
  if (message.erased) return [];
  if (message.removed_by !== 'moderator' || room.role === 'visitor') return [reveal];
  return [reveal, plain('unhide', word('moderate.unhide'), () => acts.unhide(message))];
}

/**
 * @param {string} name
 * @param {string} text
 * @param {() => void} act
 * @returns {Action}
 */
function plain(name, text, act) {
  return {
    name,
    draw: (button) => {
      setText(button, text);
      button.onclick = act;
    },
  };
}
