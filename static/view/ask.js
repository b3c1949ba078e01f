/**
 * Asking for a person: the part of "Help now" that reaches the team. It goes over plain requests, so that it works when
 * the socket is dead, and asks again with the same id until it is known that the call is out.
 *
 * @typedef {import('../frames.js').HelpRoom} HelpRoom
 */

import { call, codeOf } from '../api.js';
import { setText, show, stamp } from '../template.js';
import { current, newer } from '../shift.js';
import { errorWord, timeOfDay, word } from '../words.js';
import { uuid7 } from '../uuid.js';
import { openLine } from './line.js';
import { callWord, thereLine } from './there.js';

/** How often it is looked whether somebody has read a call, and how long until a call that did not get out is sent again. */
const LOOK_MS = 5_000;
const AGAIN_MS = 2_000;
/** Answers after which the same call is worth sending again. */
const PASSING = new Set(['offline', 'unavailable', 'restarting', 'internal', 'unknown', 'slow_down']);

/** Answers of a session that has to be opened again first. */
const LOCKED = new Set(['locked', 'second_step']);

export class AskView {
  #made = stamp('ask');
  #client;
  /** @type {HelpRoom[]} */
  #rooms = [];
  #pages = false;
  #shown = false;
  /** @type {string | null} the id of a call that is not known to be out */
  #calling = null;
  #wrong = '';
  #timer = 0;
  /** Of whom and for whom this is: an answer that comes later is nobody's. */
  #epoch = 0;
  /** Whose call was given up by a lock before it was out. */
  #lost = '';
  /** @type {import('../frames.js').Call | null | undefined} one's call as the socket told it last */
  #live = undefined;

  /** @param {import('../client.js').Client} client */
  constructor(client) {
    this.#client = client;
    this.root = this.#made.root;
    this.#made.part('ask').addEventListener('click', () => void this.#call());
    this.#made.part('write').addEventListener('click', () => this.#write());
    this.#made.part('end').addEventListener('click', () => void this.#end());
    show(this.root, false);
  }

  /** The panel is open. */
  opened() {
    this.#shown = true;
    const { me } = this.#client;
    show(this.root, Boolean(me?.rooms.some((row) => row.role === 'participant' && !row.ended)));
    this.#draw();
    void this.#look();
  }

  closed() {
    this.#shown = false;
    clearTimeout(this.#timer);
  }

  /** Draws what is known, from the socket too, which is faster. */
  update() {
    if (!this.#shown) return;
    const live = this.#client.state.rooms[this.#room()?.room ?? '']?.call;
    if (live !== this.#live) void this.#look();
    this.#live = live;
    this.#draw();
  }

  /** Somebody is in: they are told of a call of theirs that a lock kept from going out. */
  entered() {
    if (this.#lost !== '' && this.#lost === this.#client.me?.name) this.#client.announcer.trouble(word('ask.not_sent'));
    this.#lost = '';
  }

  /** Whoever else sits here now knows nothing of it. */
  forget() {
    if (this.#calling) {
      this.#lost = this.#client.me?.name ?? '';
      this.#client.announcer.trouble(word('ask.lost'));
    }
    this.#epoch += 1;
    this.#rooms = [];
    this.#calling = null;
    this.#wrong = '';
    clearTimeout(this.#timer);
    show(this.root, false);
  }

  /** @returns {HelpRoom | undefined} the room where one's call is, else where one would call */
  #room() {
    return this.#rooms.find((r) => this.#own(r)) ?? this.#best();
  }

  /** @returns {HelpRoom | undefined} a room where somebody is; the one on screen before others */
  #best() {
    const open = this.#client.state.open;
    const list = [...this.#rooms].sort((a, b) => Number(b.room === open) - Number(a.room === open));
    return list.find((r) => r.on_duty.length > 0) ?? list[0];
  }

  /**
   * One's own call in a room. The server is asked every few seconds; the socket may know more.
   * @param {HelpRoom | undefined} room
   */
  #own(room) {
    const { state, link } = this.#client;
    const live = link.state === 'open' && room?.call ? state.rooms[room.room]?.call : null;
    return current(newer(room?.call, live), link.now());
  }

  async #look() {
    clearTimeout(this.#timer);
    if (!this.#shown || this.root.hidden || this.#client.resting) return;
    const epoch = this.#epoch;
    const answer = await call('/api/help').catch(() => null); // else what is known stays; the lines below work without us
    if (epoch !== this.#epoch) return;
    if (answer) this.#take(answer);
    clearTimeout(this.#timer);
    if (this.#shown) this.#timer = window.setTimeout(() => void this.#look(), LOOK_MS);
  }

  /** @param {{rooms: HelpRoom[], pages_after_ms: number}} answer */
  #take(answer) {
    this.#rooms = answer.rooms;
    this.#pages = answer.pages_after_ms > 0;
    this.#draw();
  }

  async #call() {
    if (this.#calling) return;
    const random = crypto.getRandomValues(new Uint8Array(16));
    const id = (this.#calling = uuid7(this.#client.link.now(), random));
    const room = this.#best()?.room;
    const epoch = this.#epoch;
    this.#client.announcer.status(word('ask.sending'));
    while (this.#calling === id) {
      try {
        this.#draw();
        const answer = await call('/api/help/call', { id, ...(room ? { room } : {}) });
        if (epoch !== this.#epoch) return;
        this.#calling = null;
        this.#wrong = '';
        this.#client.announcer.calm();
        this.#take(answer);
        this.#client.announcer.status(this.#said());
        this.#write();
      } catch (error) {
        if (epoch !== this.#epoch) return;
        if (PASSING.has(codeOf(error))) {
          this.#wrong = word('ask.no_way');
          this.#draw();
          this.#client.announcer.failure(this.#wrong);
          await new Promise((again) => setTimeout(again, AGAIN_MS));
        } else {
          if (LOCKED.has(codeOf(error))) this.#lost = this.#client.me?.name ?? '';
          this.#calling = null;
          this.#wrong = errorWord(codeOf(error));
          this.#client.announcer.failure(this.#wrong);
        }
      }
    }
    this.#draw();
  }

  /** The private line, where it can be written on now. */
  #write() {
    const id = this.#room()?.room ?? '';
    const room = this.#client.state.rooms[id];
    if (this.#canWrite()) openLine(this.#client, id, room.you);
  }

  #canWrite() {
    return this.#client.link.state === 'open' && Boolean(this.#client.state.rooms[this.#room()?.room ?? '']?.held);
  }

  async #end() {
    const room = this.#room()?.room;
    const epoch = this.#epoch;
    const said = await call('/api/help/end', { room }).catch((error) => errorWord(codeOf(error)));
    if (epoch !== this.#epoch) return;
    this.#wrong = typeof said === 'string' ? said : '';
    if (this.#wrong) this.#client.announcer.failure(this.#wrong);
    else {
      this.#client.announcer.status(word('ask.ended'));
      this.#take(said);
    }
    this.#draw();
  }

  /** How it stands, in words. */
  #said() {
    if (this.#client.resting) return word('ask.locked');
    const room = this.#room();
    const own = this.#own(room);
    const there = room ? thereLine(room.on_duty, room.coming_hours, this.#client.link.now()) : '';
    const later = own && !this.#canWrite() ? word('ask.write_later') : '';
    if (!own) return [word('ask.text'), there].filter(Boolean).join(' ');
    if (own.answered_at) return [callWord(own), word('ask.again'), later].filter(Boolean).join(' ');
    return [callWord(own), there, this.#paged(room), word('ask.stay'), later].filter(Boolean).join(' ');
  }

  /** @param {HelpRoom | undefined} room */
  #paged(room) {
    if (room?.paged_at) return word('ask.paged', { time: timeOfDay(room.paged_at) });
    if (room?.paging_fails) return word('ask.paging_fails');
    return this.#pages ? word('ask.pages') : '';
  }

  #draw() {
    const part = (/** @type {string} */ name) => this.#made.part(name);
    const own = this.#own(this.#room());
    const calling = this.#calling !== null;
    setText(part('said'), calling ? word('ask.sending') : this.#said());
    setText(part('wrong'), this.#wrong);
    show(part('wrong'), this.#wrong !== '');
    show(part('ask'), !calling && !this.#client.resting && (!own || Boolean(own.answered_at)));
    show(part('write'), Boolean(own) && this.#canWrite());
    show(part('end'), Boolean(own) && !calling);
  }
}
