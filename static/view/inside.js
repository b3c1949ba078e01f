/**
 * The signed-in page: rooms, the middle, and what is about a room. On a phone one of them at a time, on a wide screen
 * side by side. What is shown is one Place; the browser's back button walks through them, the address stays "/".
 *
 * @typedef {{view: 'rooms' | 'room' | 'settings' | 'newroom' | 'desk', room?: string, about?: boolean}} Place
 * @typedef {import('../client.js').Client} Client
 *
 * @typedef {object} How
 * @property {() => void} help
 * @property {() => void} signOut
 * @property {() => void} themed preferences changed
 * @property {() => Promise<void>} arrive what the session is worth may have changed
 * @property {(say: {title: string, text: string, yes: string, no: string}) => Promise<boolean | null>} ask
 */

import { call } from '../api.js';
import { show, stamp } from '../template.js';
import { word } from '../words.js';
import { appeal } from '../asking.js';
import { AboutView } from './about.js';
import { updateLine } from './line.js';
import { drawNotes, notesOf } from './notices.js';
import { nothing, page } from './pages.js';
import { RoomView } from './room.js';
import { roomsView } from './rooms.js';
import { settingsView } from './settings.js';
import { why } from './waiting.js';

/** How long after the team's pages could not be loaded it is tried again. */
const AGAIN_MS = 3_000;

export class InsideView {
  /** @type {Place} */
  place = { view: 'rooms' };
  /** @type {RoomView | null} */
  room = null;
  /** @type {AboutView | null} */
  about = null;
  /** @type {InstanceType<typeof import('../team/all.js').ConsoleView> | null} */
  desk = null;
  /** What depends on the clock alone is drawn this often. */
  #minute = setInterval(() => this.update(), 30_000);
  /** @type {import('./notices.js').Note[]} what came up since, known only here */
  #news = [];
  #endedSeen = new Set();

  /**
   * @param {Client} client
   * @param {How} how
   */
  constructor(client, how) {
    this.client = client;
    this.how = how;
    this.made = stamp('inside');
    this.root = this.made.root;
    this.rooms = roomsView({
      open: (room) => this.go({ view: 'room', room }),
      settings: () => this.go({ view: 'settings' }),
      create: () => this.go({ view: 'newroom' }),
      visit: () => void this.#visit(),
      desk: () => this.go({ view: 'desk' }),
    });
    this.made.part('nav').append(this.rooms.root);
  }

  stop() {
    clearInterval(this.#minute);
    this.desk?.stop();
    this.room?.stop();
    this.room = null;
  }

  /** Draws what changed. */
  update() {
    const notes = [...this.#news, ...notesOf(this.client.me?.notices ?? []), ...this.#ended()];
    drawNotes(this.made.part('notices'), notes, (id) => void this.#noticeSeen(id));
    this.rooms.update(this.client, this.place.view);
    this.room?.update(Boolean(this.place.about));
    this.about?.update();
    this.desk?.update();
    updateLine();
  }

  /**
   * Goes somewhere on the person's word, so that "back" comes back here.
   * @param {Place} place
   */
  go(place) {
    if (same(place, this.place)) return this.#focus();
    history.pushState(place, '', '/');
    this.show(place);
  }

  /**
   * Shows a place without a new step in the browser's history.
   * @param {Place} place
   * @param {boolean} [focus] false when nobody asked to be here just now
   */
  show(place, focus = true) {
    const room = this.client.state.rooms[place.room ?? ''];
    const gone = place.view === 'room' && (!room || (room.unreadable && !room.held));
    if (gone && room) this.client.announcer.trouble(word('rooms.unreadable'));
    const next = gone ? { view: /** @type {'rooms'} */ ('rooms') } : place;
    const before = this.place;
    this.place = next;
    this.root.dataset.view = next.about ? 'about' : next.view;
    const kept = this.room !== null && before.view === 'room' && next.view === 'room' && before.room === next.room;
    if (!kept) this.#middle(next);
    this.#about(next);
    show(/** @type {Element} */ (document.getElementById('to-writing')), next.view === 'room');
    this.update();
    if (focus) this.#focus(before);
  }

  /** @param {Place} place */
  #middle(place) {
    this.room?.stop();
    this.room = null;
    this.desk?.stop();
    this.desk = null;
    this.client.open(place.view === 'room' ? (place.room ?? null) : null);
    this.made.part('middle').replaceChildren(this.#body(place));
  }

  /**
   * @param {Place} place
   * @returns {HTMLElement}
   */
  #body(place) {
    const back = () => this.back();
    if (place.view === 'settings') {
      return page(settingsView(this.client, { changed: this.how.themed, signOut: this.how.signOut, arrive: this.how.arrive }), back);
    }
    if (place.view === 'desk' || place.view === 'newroom') return this.#ofTheTeam(place, back);
    if (place.view === 'room' && place.room) {
      this.room = new RoomView(this.client, place.room, {
        back,
        about: () => (this.place.about ? this.back() : this.go({ ...this.place, about: true })),
        help: this.how.help,
        ask: this.how.ask,
      });
      return this.room.root;
    }
    const none = Object.keys(this.client.state.rooms).length === 0;
    return page(nothing(word('rooms.pick_title'), word(none ? 'rooms.pick_none' : 'rooms.pick')), back);
  }

  /**
   * A page of the team's, once it is loaded.
   * @param {Place} place
   * @param {() => void} back
   */
  #ofTheTeam(place, back) {
    const { team } = this.client;
    if (!team) {
      void this.#loadFor(place);
      return page(nothing(word('console.title'), word('console.loading')), back);
    }
    if (place.view === 'newroom') return page(team.newRoomView({ done: (room) => this.#made(room) }), back);
    this.desk = new team.ConsoleView(this.client, (room) => this.go({ view: 'room', room }));
    return page(this.desk.root, back);
  }

  /**
   * Loads the team's pages for a place that is one of them, for as long as the person waits there.
   * @param {Place} place
   */
  async #loadFor(place) {
    for (let tries = 0; this.place === place && this.root.isConnected; tries++) {
      if (await this.client.loadTeam()) {
        if (this.place !== place) return;
        if (tries > 0) this.client.announcer.calm();
        const here = this.made.part('middle').contains(document.activeElement);
        this.#middle(place);
        return here && this.#focus();
      }
      if (tries === 0) this.client.announcer.trouble(word('error.offline'));
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }

  /** @param {Place} place */
  #about(place) {
    const aside = this.made.part('aside');
    show(aside, Boolean(place.about));
    if (!place.about || !place.room) {
      this.about = null;
      aside.replaceChildren();
    } else if (this.about?.id !== place.room) {
      this.about = new AboutView(this.client, place.room, { close: () => this.back(), ask: this.how.ask });
      aside.replaceChildren(this.about.root);
    }
  }

  /**
   * The open room is out of reach: says so, and shows the rooms there are.
   * @param {string} text
   */
  roomGone(text) {
    this.#news.push({ id: `gone ${this.#news.length}`, text });
    history.replaceState({ view: 'rooms' }, '', '/');
    this.show({ view: 'rooms' });
  }

  /** One step towards the list of rooms, as the browser's own back button would. */
  back() {
    if (history.state?.view) history.back();
    else this.show({ view: 'rooms' });
  }

  /**
   * Puts the focus where the person asked to go.
   * @param {Place} [before]
   */
  #focus(before) {
    if (this.place.about) return this.about?.focus();
    if (before?.about && before.room === this.place.room) {
      return /** @type {HTMLElement | null} */ (this.root.querySelector('.room-about'))?.focus();
    }
    const title = this.place.view === 'rooms' ? this.rooms.root.querySelector('h2') : this.root.querySelector('main h1');
    /** @type {HTMLElement | null} */ (title)?.focus();
  }

  /** @param {string} room */
  async #made(room) {
    await this.client.refresh();
    history.replaceState({ view: 'room', room }, '', '/');
    this.show({ view: 'room', room });
  }

  /** Looks into a room one is no member of. */
  async #visit() {
    const room = await this.client.asTeam((does) => does.visit(this.client));
    if (!room) return;
    await this.client.refresh();
    this.go({ view: 'room', room });
  }

  /** Rooms one was sent away from: why, and the way to ask somebody else. */
  #ended() {
    const rows = (this.client.me?.rooms ?? []).filter((row) => row.ended && !this.#endedSeen.has(row.ended.id));
    return rows.map((row) => {
      const note = /** @type {import('../frames.js').Note} */ (row.ended);
      const text = [word('away.told', { room: row.name }), why(note), note.appeal ? word(`appeal.is_${note.appeal.state}`) : '', note.appeal?.answer];
      const ask = async () => {
        if (await appeal(this.client, row.room, note.id)) await this.client.refresh();
        this.update();
      };
      return { id: `ended ${note.id} ${note.appeal?.state ?? ''}`, text: text.filter(Boolean).join(' '), ...(note.appeal ? {} : { ask }) };
    });
  }

  /** @param {string} id */
  async #noticeSeen(id) {
    if (id.startsWith('ended ')) {
      this.#endedSeen.add(id.split(' ')[1]);
      return this.update();
    }
    const own = this.#news.some((note) => note.id === id);
    this.#news = this.#news.filter((note) => note.id !== id);
    if (!own) await call('/api/notices/seen', { id }).catch(() => {});
    const me = this.client.me;
    if (me) this.client.me = { ...me, notices: me.notices.filter((n) => n.id !== id) };
    this.update();
  }
}

/**
 * @param {Place} a
 * @param {Place} b
 */
function same(a, b) {
  return a.view === b.view && a.room === b.room && Boolean(a.about) === Boolean(b.about);
}
