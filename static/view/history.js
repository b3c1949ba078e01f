/**
 * The messages of the open room: a labelled region with one ordered list, which is one tab stop. New rows keep the
 * reader where they are: at the newest if they were there, else exactly where they read.
 *
 * @typedef {import('../store.js').Room} Room
 * @typedef {import('./message.js').Item} Item
 * @typedef {{kind: 'earlier' | 'day' | 'unread' | 'message', key: string, at: number, item?: Item}} Row
 */

import { reconcile } from '../list.js';
import { firstUnread } from '../messages.js';
import { rove, settle } from '../rove.js';
import { setText, show, stamp } from '../template.js';
import { day, word } from '../words.js';
import { makeMessage, updateMessage } from './message.js';

const GROUP_MS = 5 * 60_000;
const NEAR_PX = 48;
const LOAD_WITHIN_PX = 240;

export class HistoryView {
  /** The message over which "Unread" stands, fixed when the room is opened. */
  #unreadFrom = '';
  #unreadLeft = 0;
  #placed = false;
  #markSeen = false;
  /** @type {Room | null} */
  #room = null;
  #top = 0;
  /** Message id at the end when the reader left the end; what comes after is new to them. */
  #seenUpTo = '';

  /**
   * @param {import('../template.js').Stamp} made the room's template
   * @param {{acts: import('./message.js').Acts, older: () => void, loading: () => boolean, now: () => number,
   *   moved: () => void}} how moved: the reader scrolled, what they have seen may have changed
   */
  constructor(made, how) {
    this.how = how;
    this.region = made.part('history');
    this.list = made.part('list');
    this.empty = made.part('empty');
    this.jump = made.part('jump');
    this.jumpText = made.part('jump-text');
    this.jumpIcon = made.part('jump-icon', SVGUseElement);
    rove(this.list);
    this.region.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.jump.addEventListener('click', () => this.#jumped());
    // When the keyboard opens, or a row or the composer grows, the newest message must not slip away.
    this.sizes = new ResizeObserver(() => this.#wasAtEnd && this.#placed && this.toEnd());
    this.sizes.observe(this.region);
    this.sizes.observe(this.list);
  }

  stop() {
    this.sizes.disconnect();
  }

  /** @param {Room} room */
  update(room) {
    const first = !this.#placed;
    if (first && !this.#ready(room)) return this.#loadingNote();
    const atEnd = this.#wasAtEnd;
    const grown = this.#room !== null && this.#room.messages[0]?.id !== room.messages[0]?.id;
    const fromBottom = this.region.scrollHeight - this.region.scrollTop;
    if (first) this.#markUnread(room);
    this.#findUnread(room);
    this.#room = room;
    const rows = this.#rows(room);
    reconcile(this.list, rows, {
      key: (row) => row.key,
      make: (row) => this.#make(row),
      update: (node, row) => this.#draw(node, row, room),
    });
    settle(this.list);
    show(this.empty, rows.length === 0);
    setText(this.empty, word('room.empty'));
    if (first) this.#placeFirst();
    else if (atEnd) this.toEnd();
    else if (grown) this.region.scrollTop = this.region.scrollHeight - fromBottom;
    this.#drawJump();
  }

  /** Whether the newest message is in view. */
  get atEnd() {
    return this.region.scrollHeight - this.region.scrollTop - this.region.clientHeight < NEAR_PX;
  }

  #wasAtEnd = true;

  toEnd() {
    this.region.scrollTop = this.region.scrollHeight;
    this.#wasAtEnd = true;
  }

  /**
   * A room that was followed in the background holds one message; its first page decides where reading begins.
   * @param {Room} room
   */
  #ready(room) {
    return room.held && (!room.more || room.messages.length > 1 || !this.how.loading());
  }

  #loadingNote() {
    show(this.empty, true);
    setText(this.empty, word('room.loading'));
  }

  /** @param {Room} room */
  #markUnread(room) {
    this.#placed = true;
    this.#unreadLeft = room.unread;
  }

  /**
   * The place of "Unread" is sought until it is held; later messages do not move it.
   * @param {Room} room
   */
  #findUnread(room) {
    if (this.#unreadFrom || this.#unreadLeft === 0) return;
    const id = firstUnread(room.messages, this.#unreadLeft);
    if (id) this.#unreadFrom = id;
    else if (!room.more) this.#unreadFrom = room.messages[0]?.id ?? '';
  }

  #placeFirst() {
    const mark = this.#mark();
    this.toEnd();
    if (mark && mark.offsetTop < this.region.scrollTop) this.region.scrollTop = mark.offsetTop - NEAR_PX;
    this.#wasAtEnd = this.atEnd;
    if (!this.#wasAtEnd) this.#seenUpTo = this.#room?.messages.at(-1)?.id ?? '';
  }

  /** @returns {HTMLElement | null} */
  #mark() {
    return this.list.querySelector('.unread');
  }

  #scrolled() {
    const was = this.#wasAtEnd;
    const up = this.region.scrollTop < this.#top;
    this.#top = this.region.scrollTop;
    // Only the reader leaves the end, by scrolling up; a list that grew under them has not moved them.
    this.#wasAtEnd = this.atEnd || (was && !up);
    if (was && !this.#wasAtEnd) this.#seenUpTo = this.#room?.messages.at(-1)?.id ?? '';
    if (this.region.scrollTop < LOAD_WITHIN_PX && this.#room?.more) this.how.older();
    this.#drawJump();
    this.how.moved();
  }

  /** How many messages of others came below while the reader was above. */
  #below() {
    const messages = this.#room?.messages ?? [];
    const from = messages.findIndex((m) => m.id === this.#seenUpTo);
    return from < 0 ? 0 : messages.slice(from + 1).filter((m) => !m.mine).length;
  }

  #drawJump() {
    const mark = this.#mark();
    const above = mark !== null && mark.offsetTop < this.region.scrollTop;
    // Once seen, it needs no pointing at.
    this.#markSeen ||= mark !== null && !above;
    const toUnread = above && this.#wasAtEnd && !this.#markSeen;
    show(this.jump, toUnread || !this.#wasAtEnd);
    this.jump.classList.toggle('up', toUnread);
    this.jumpIcon.setAttribute('href', toUnread ? '#i-up' : '#i-down');
    const n = this.#below();
    setText(this.jumpText, toUnread ? word('room.to_unread') : n > 0 ? word('room.to_new', { n }) : word('room.to_newest'));
  }

  #jumped() {
    const mark = this.#mark();
    const toUnread = mark !== null && this.jump.classList.contains('up');
    /** @type {Element | null | undefined} */
    let row = this.list.lastElementChild;
    if (toUnread) {
      this.region.scrollTop = mark.offsetTop - NEAR_PX;
      row = mark.nextElementSibling;
    } else {
      this.toEnd();
    }
    // The button goes away; the reader asked to be where it led.
    if (row instanceof HTMLElement) row.focus({ preventScroll: true });
    this.#scrolled();
  }

  /**
   * @param {Room} room
   * @returns {Row[]}
   */
  #rows(room) {
    /** @type {Row[]} */
    const rows = [];
    if (room.more) rows.push({ kind: 'earlier', key: 'earlier', at: 0 });
    const items = itemsOf(room);
    let before = null;
    for (const item of items) {
      const { message } = item;
      if (!before || !sameDay(before.at, message.at)) rows.push({ kind: 'day', key: `day ${dayKey(message.at)}`, at: message.at });
      if (message.id === this.#unreadFrom) rows.push({ kind: 'unread', key: 'unread', at: message.at });
      item.first = rows.at(-1)?.kind !== 'message' || !sameGroup(before, message);
      rows.push({ kind: 'message', key: `message ${message.cmd ?? message.id}`, at: message.at, item });
      before = message;
    }
    return rows;
  }

  /** @param {Row} row */
  #make(row) {
    if (row.kind === 'message') return makeMessage(this.how.acts);
    const made = stamp(row.kind);
    if (row.kind === 'earlier') made.part('button').addEventListener('click', () => this.#older(made.root));
    return made.root;
  }

  /** @param {HTMLElement} row */
  #older(row) {
    row.focus();
    this.how.older();
  }

  /**
   * @param {HTMLElement} node
   * @param {Row} row
   * @param {Room} room
   */
  #draw(node, row, room) {
    if (row.kind === 'message' && row.item) updateMessage(node, row.item, room, this.how.acts);
    const text = node.querySelector('[data-part]');
    if (row.kind === 'day' && text) setText(text, day(row.at, this.how.now()));
    if (row.kind === 'earlier' && text) setText(text, word(this.how.loading() ? 'room.loading' : 'room.earlier'));
  }
}

/**
 * Messages with what is under way, then posts the room has not shown yet.
 * @param {Room} room
 * @returns {Item[]}
 */
function itemsOf(room) {
  const under = new Map(room.pending.filter((p) => p.verb !== 'post').map((p) => [p.message, p]));
  const items = room.messages.map((message) => ({ message, pending: under.get(message.id) ?? null, first: true, lastSent: false }));
  const last = items.at(-1);
  const posts = room.pending.filter((p) => p.verb === 'post');
  if (last?.message.mine && posts.length === 0 && !last.pending && !last.message.removed_at) last.lastSent = true;
  return [...items, ...posts.map((p) => ({ message: futureMessage(p, room), pending: p, first: true, lastSent: false }))];
}

/**
 * @param {import('../pending.js').Pending} pending
 * @param {Room} room
 * @returns {import('../frames.js').Message}
 */
function futureMessage(pending, room) {
  const from = room.members[room.you] ?? { member: room.you, alias: '', role: room.role };
  const { cmd, text, replyTo, at } = pending;
  return { id: cmd, cmd, at, from, text, mine: true, ...(replyTo ? { reply_to: replyTo } : {}) };
}

/**
 * @param {import('../frames.js').Message | null} before
 * @param {import('../frames.js').Message} message
 */
function sameGroup(before, message) {
  return before !== null && before.from.member === message.from.member && message.at - before.at < GROUP_MS;
}

/** @param {number} ms */
function dayKey(ms) {
  return new Date(ms).toDateString();
}

/**
 * @param {number} a
 * @param {number} b
 */
function sameDay(a, b) {
  return dayKey(a) === dayKey(b);
}
