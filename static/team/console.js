/**
 * The console of one shift: all the rooms one looks after at a glance, what waits in them in the order of its urgency,
 * and who is on duty. It shows nobody's words until they are asked for.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../frames.js').DeskItem} DeskItem
 * @typedef {import('../frames.js').ConsoleRoom} ConsoleRoom
 */

import { call, codeOf } from '../api.js';
import { reconcile } from '../list.js';
import { rove, settle } from '../rove.js';
import { setText, show } from '../template.js';
import { errorWord, timeOfDay, when, word } from '../words.js';
import { act } from '../view/act.js';
import { openLine } from '../view/line.js';
import { namesOf } from '../view/there.js';
import { el } from './el.js';
import { openNote, shiftNote, waited } from './note.js';
import { hasSound, setSound } from './ring.js';
import { shiftCards } from './shiftcards.js';

/** Answers after which there is nothing left to undo. */
const LASTING = new Set(['no_undo', 'no_such_item']);
/** However much arrives, it is drawn this often at most. */
const DRAW_MS = 500;
/** What does not come by a signal is asked for this often: who is here, what nobody has answered. */
const ASK_MS = 15_000;

export class ConsoleView {
  #client;
  #open;
  #drawing = 0;
  #asking = 0;
  /** @type {{text: string, item: string} | null} what can be undone */
  #undo = null;
  /** What went wrong, until something goes well. */
  #wrong = '';
  /** On duty when it was drawn last: that it ends by itself is said. */
  #wasOn = false;
  /** @type {Set<string>} items whose words are shown */
  #shown = new Set();

  /**
   * @param {Client} client
   * @param {(room: string) => void} open
   */
  constructor(client, open) {
    this.#client = client;
    this.#open = open;
    this.duty = /** @type {HTMLButtonElement} */ (el('button', { type: 'button', class: 'switch', role: 'switch', click: () => void this.#duty() }));
    this.sound = /** @type {HTMLButtonElement} */ (el('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', click: () => this.#sound() }));
    this.shift = el('button', { type: 'button', class: 'quiet', click: () => void this.#offer() }, word('shift.offer'));
    this.said = el('p', { class: 'soft' });
    this.state = el('p', { class: 'console-state', role: 'status', hidden: true });
    this.undone = el('div', { class: 'undo', hidden: true }, el('span', {}), el('button', { type: 'button', class: 'quiet', click: () => void this.#takeBack() }, word('console.undo')));
    this.shifts = el('ul', { class: 'plain console-shifts' });
    this.items = el('ol', { class: 'plain queue', 'aria-label': word('console.queue') });
    this.empty = el('p', { class: 'console-empty' }, word('console.empty'));
    this.rooms = el('ul', { class: 'plain console-rooms' });
    rove(this.items);
    this.items.addEventListener('keydown', (event) => this.#key(event));
    this.root = el('div', { class: 'console' },
      el('h1', { tabindex: '-1' }, word('console.title')),
      el('div', { class: 'console-bar' }, this.duty, this.sound, this.shift),
      this.said, this.state, this.shifts, this.undone,
      el('section', { class: 'console-queue' }, el('h2', {}, word('console.queue')), this.empty, this.items, el('p', { class: 'soft small keys' }, word('console.keys'))),
      el('section', { class: 'console-glance' }, el('h2', {}, word('console.rooms')), this.rooms),
    );
    this.#asking = window.setInterval(() => void client.loadDesk(), ASK_MS);
    void client.loadDesk();
    this.draw();
  }

  stop() {
    clearInterval(this.#asking);
    clearTimeout(this.#drawing);
  }

  /** Something changed somewhere: draws soon. */
  update() {
    if (this.#drawing) return;
    this.#drawing = window.setTimeout(() => {
      this.#drawing = 0;
      this.draw();
    }, DRAW_MS);
  }

  draw() {
    const { state, console: seen } = this.#client;
    this.#bar();
    // Until the list of rooms has come, a room has no name.
    const items = this.#client.desk.filter((item) => state.rooms[item.room]);
    show(this.empty, items.length === 0);
    setText(this.empty, word(seen.now ? 'console.empty' : 'console.loading'));
    reconcile(this.items, items, { key: (i) => i.item, make: (i) => this.#make(i), update: (row, i) => this.#draw(row, i) });
    settle(this.items);
    const rooms = seen.rooms.filter((r) => state.rooms[r.room]).sort((a, b) => this.#name(a.room).localeCompare(this.#name(b.room)));
    reconcile(this.rooms, rooms, { key: (r) => r.room, make: (r) => this.#makeRoom(r.room), update: (row, r) => this.#drawRoom(row, r) });
    shiftCards(this.shifts, this.#client, (work, said) => this.#try(work, said));
    show(this.undone, this.#undo !== null);
    if (this.#undo) setText(/** @type {Element} */ (this.undone.firstElementChild), this.#undo.text);
  }

  #bar() {
    const { duty } = this.#client.console;
    this.duty.setAttribute('aria-checked', String(duty));
    setText(this.duty, word(duty ? 'console.on_duty' : 'console.off_duty'));
    setText(this.said, word(duty ? 'console.on_says' : 'console.off_says'));
    show(this.said, !this.#lost);
    if (this.#lost) this.#wrong = ''; // what went wrong meanwhile is that
    if (this.#wasOn && !duty) this.#wrong = word('console.duty_ended');
    this.#wasOn = duty;
    const state = this.#stale() || this.#wrong;
    setText(this.state, state);
    show(this.state, state !== '');
    this.sound.setAttribute('aria-pressed', String(hasSound()));
    setText(this.sound, word(hasSound() ? 'console.sound_on' : 'console.sound_off'));
  }

  get #lost() {
    return this.#client.wasEverOpen && this.#client.link.state !== 'open';
  }

  /** What is shown may not be what is: in words, or "". */
  #stale() {
    const { console: seen } = this.#client;
    if (this.#lost) return word(seen.duty ? 'console.lost_duty' : 'console.lost');
    if (!seen.old) return '';
    return seen.now ? word('console.old', { time: timeOfDay(seen.now) }) : word('console.none');
  }

  /** @param {string} room */
  #name(room) {
    return this.#client.state.rooms[room]?.name || word('rooms.no_name');
  }

  /** @param {DeskItem} item */
  #make(item) {
    const part = (/** @type {string} */ tag, /** @type {string} */ name, /** @type {string} */ cls = '') => el(tag, { 'data-part': name, class: cls });
    const button = (/** @type {string} */ name, /** @type {string} */ cls, /** @type {() => void} */ go) =>
      el('button', { type: 'button', class: cls, tabindex: '-1', 'data-part': name, click: go });
    return el('li', { class: `queue-item ${item.kind}`, tabindex: '-1' },
      part('p', 'title', 'queue-title'), part('p', 'where', 'soft'), part('p', 'who'),
      el('div', { class: 'preview', 'data-part': 'preview', hidden: true }, el('p', { class: 'pre', dir: 'auto', 'data-part': 'words' }), button('show', 'quiet', () => this.#reveal(item.item))),
      el('div', { class: 'row', role: 'group', 'aria-label': word('message.actions') },
        button('open', 'main', () => void this.#go(item.item)), button('take', 'quiet', () => void this.#take(item.item)), button('hand', 'quiet', () => void this.#hand(item.item))),
    );
  }

  /**
   * @param {HTMLElement} row
   * @param {DeskItem} item
   */
  #draw(row, item) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
    const now = this.#client.link.now();
    setText(part('title'), word(`desk.${item.kind}`));
    setText(part('where'), word('desk.where', { room: this.#name(item.room), when: waited(now - item.since) }));
    const who = item.mine ? word('desk.mine') : item.taken ? word('desk.taken') : '';
    const paged = item.paged_at ? word('console.paged', { time: timeOfDay(item.paged_at) }) : item.failing ? word('console.paging_fails') : '';
    setText(part('who'), [who, paged].filter(Boolean).join(' '));
    show(part('who'), who + paged !== '');
    setText(part('open'), word(item.kind === 'call' ? 'ask.i_read' : 'desk.open'));
    part('open').setAttribute('aria-label', word('desk.open_long', { what: part('open').textContent ?? '', room: this.#name(item.room) }));
    setText(part('take'), word(item.mine ? 'desk.release' : item.taken ? 'desk.take_over' : 'desk.take'));
    setText(part('hand'), word('console.hand'));
    show(part('hand'), !item.taken);
    const words = this.#words(item);
    const shown = this.#shown.has(item.item);
    show(part('preview'), words !== '');
    setText(part('words'), words);
    part('preview').classList.toggle('blurred', !shown);
    part('words').setAttribute('aria-hidden', String(!shown));
    setText(part('show'), word(shown ? 'message.hide' : 'console.show'));
  }

  /**
   * The words an item is about, as far as this page has them.
   * @param {DeskItem} item
   */
  #words({ kind, room, about }) {
    const here = this.#client.state.rooms[room];
    if (!here || !about) return '';
    if (kind === 'held') return here.heldBack.find((h) => h.id === about)?.text ?? '';
    if (kind === 'report' || kind === 'worry') return here.messages.find((m) => m.id === about)?.text ?? '';
    if (kind === 'appeal') return here.notes.find((n) => n.id === about)?.appeal?.text ?? '';
    return '';
  }

  /** @param {string} room */
  #makeRoom(room) {
    const part = (/** @type {string} */ name, /** @type {string} */ cls) => el('span', { 'data-part': name, class: cls });
    return el('li', {}, el('button', { type: 'button', class: 'console-room', click: () => this.#open(room) },
      part('name', 'rooms-name'), part('last', 'rooms-when'), part('here', 'soft'), part('unanswered', 'unanswered'), part('open', 'rooms-waits')));
  }

  /**
   * @param {HTMLElement} row
   * @param {ConsoleRoom} room
   */
  #drawRoom(row, room) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
    const now = this.#client.link.now();
    setText(part('name'), this.#name(room.room));
    setText(part('last'), room.unreadable ? '' : room.last_at ? when(room.last_at, now) : word('console.never'));
    const duty = room.on_duty ? word('console.duty_n', { n: room.on_duty }) : word('console.duty_none');
    setText(part('here'), room.unreadable ? word('console.unreadable') : `${word('room.here', { n: room.here ?? 0 })} · ${duty}`);
    const n = room.unanswered ?? 0;
    show(part('unanswered'), n > 0);
    setText(part('unanswered'), word('console.unanswered', { n, time: waited(now - (room.since ?? now)) }));
    const note = openNote(this.#client.desk.filter((i) => i.room === room.room));
    show(part('open'), note !== '');
    setText(part('open'), note);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const row = /** @type {HTMLElement} */ (event.target);
    if (row.parentElement !== this.items || event.ctrlKey || event.metaKey || event.altKey) return;
    const item = this.#client.desk.filter((i) => this.#client.state.rooms[i.room])[[...this.items.children].indexOf(row)];
    const does = { o: this.#go, t: this.#take, h: this.#hand }[event.key];
    if (event.key === 'u') void this.#takeBack();
    else if (event.key === 's' && item) this.#reveal(item.item);
    else if (does && item) void does.call(this, item.item);
    else return;
    event.preventDefault();
  }

  /** @param {string} id */
  #item(id) {
    return this.#client.desk.find((i) => i.item === id);
  }

  /** @param {string} id */
  #reveal(id) {
    if (!this.#shown.delete(id)) this.#shown.add(id);
    this.draw();
  }

  /**
   * Does something with the queue, and says what went wrong, if it did.
   * @template T
   * @param {() => Promise<T>} work
   * @param {(answer: T) => string} said what to say then
   * @param {string} [item] where it can be undone: the item
   */
  async #try(work, said, item) {
    try {
      const text = said(await work());
      this.#client.announcer.status(text);
      this.#wrong = '';
      this.#undo = item ? { text, item } : null;
    } catch (error) {
      if (LASTING.has(codeOf(error))) this.#undo = null;
      this.#failed(errorWord(codeOf(error)));
    }
    await this.#client.loadDesk();
    this.draw();
  }

  /** @param {string} text */
  #failed(text) {
    this.#wrong = text;
    this.#client.announcer.failure(text);
    this.draw();
  }

  async #takeBack() {
    const undo = this.#undo;
    if (undo) await this.#try(() => call('/api/desk/undo', { item: undo.item }), () => word('console.undone'));
  }

  /** @param {string} id */
  async #take(id) {
    const item = this.#item(id);
    if (!item) return;
    if (item.mine) return this.#try(() => call('/api/desk/release', { item: id }), () => word('desk.released'), id);
    const take = item.taken ? { take: true } : {};
    return this.#try(() => call('/api/desk/claim', { item: id, ...take }), () => word('desk.claimed'), id);
  }

  /**
   * Goes to where it can be done. A call is read with that: the person is told so, and their line opens.
   * @param {string} id
   */
  async #go(id) {
    const item = this.#item(id);
    if (!item) return;
    if (item.kind !== 'call') return this.#open(item.room);
    await this.#try(async () => {
      const { room, member } = await call('/api/desk/answer', { item: id });
      if (this.#client.state.rooms[room]?.held) openLine(this.#client, room, member);
    }, () => word('console.read'));
  }

  /** @param {string} id */
  async #hand(id) {
    const item = this.#item(id);
    if (!item) return;
    const list = await this.#colleagues((c) => c.rooms.some((r) => r.room === item.room));
    if (!list) return;
    const choices = list.flatMap((c) => c.rooms.filter((r) => r.room === item.room).map((r) => ({ value: r.member, text: nameWith(r.alias, c) })));
    await act({ title: word('console.hand_title'), text: word(`desk.${item.kind}`), yes: word('console.hand'), choices }, async ({ choice }) => {
      try {
        await call('/api/desk/hand-over', { item: id, room: item.room, member: choice });
        this.#undo = { text: word('console.handed'), item: id };
        this.#client.announcer.status(word('console.handed'));
        return '';
      } catch (error) {
        return errorWord(codeOf(error));
      }
    });
    await this.#client.loadDesk();
    this.draw();
  }

  /**
   * Whom something can be given to; null where there is nobody, or it cannot be told, which is said.
   * @param {(c: import('../frames.js').Colleague) => boolean} [which]
   * @returns {Promise<import('../frames.js').Colleague[] | null>}
   */
  async #colleagues(which = () => true) {
    try {
      const { colleagues } = await call('/api/colleagues');
      const list = colleagues.filter(which);
      if (list.length > 0) return list;
      this.#failed(word('shift.alone'));
    } catch (error) {
      this.#failed(errorWord(codeOf(error)));
    }
    return null;
  }

  async #offer() {
    const list = await this.#colleagues();
    if (!list) return;
    await act({
      title: word('shift.title'), text: `${word('shift.text')}\n${shiftNote(this.#client.desk, (room) => this.#name(room))}`, yes: word('shift.ask'),
      choices: list.map((c) => ({ value: `${c.rooms[0].room} ${c.rooms[0].member}`, text: `${nameWith(c.rooms[0].alias, c)}: ${this.#names(c.rooms)}` })),
    }, async ({ choice }) => {
      const [room, member] = choice.split(' ');
      try {
        await call('/api/shift/offer', { room, member });
        this.#client.announcer.status(word('shift.asked'));
        return '';
      } catch (error) {
        return errorWord(codeOf(error));
      }
    });
    await this.#client.loadDesk();
    this.draw();
  }

  /** @param {{room: string}[]} rooms */
  #names(rooms) {
    return namesOf(rooms.map(({ room }) => this.#name(room)).filter(Boolean));
  }

  async #duty() {
    const on = !this.#client.console.duty;
    const calls = this.#client.desk.filter((i) => i.kind === 'call');
    const note = { title: word('console.off_title'), text: shiftNote(calls, (room) => this.#name(room)), yes: word('console.off_yes') };
    if (!on && calls.length > 0 && !(await act(note, async () => ''))) return;
    this.#wasOn = false;
    await this.#try(() => call('/api/duty', { on }), () => word(on ? 'console.on_says' : 'console.off_says'));
  }

  #sound() {
    setSound(!hasSound());
    this.draw();
  }
}

/**
 * @param {string} alias
 * @param {import('../frames.js').Colleague} c
 */
function nameWith(alias, { on_duty: on }) {
  return on ? word('shift.on_duty', { alias }) : alias;
}
