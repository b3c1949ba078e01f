/**
 * Asking for a person: the part of "Help now" that reaches the team. It goes over plain requests, so that it works when
 * the socket is dead, and asks again with the same id until it is known that the call is out.
 *
 * @typedef {import('../frames.js').HelpRoom} HelpRoom
 */

import { call, codeOf } from '../api.js';
import { setText, show, stamp } from '../template.js';
import { errorWord, word } from '../words.js';
import { uuid7 } from '../uuid.js';
import { openLine } from './line.js';
import { callWord, thereLine } from './there.js';

/** How often it is looked whether somebody has read a call, and how long until a call that did not get out is sent again. */
const LOOK_MS = 5_000;
const AGAIN_MS = 2_000;
/** Answers after which the same call is worth sending again. */
const PASSING = new Set(['offline', 'unavailable', 'restarting', 'internal', 'unknown', 'slow_down']);

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
    if (this.#shown) this.#draw();
  }

  /** Whoever else sits here now knows nothing of it. */
  forget() {
    this.#rooms = [];
    this.#calling = null;
    this.#wrong = '';
    clearTimeout(this.#timer);
    show(this.root, false);
  }

  /** @returns {HelpRoom | undefined} the room where one's call is, else the one on screen, else the first */
  #room() {
    const open = this.#client.state.open;
    return this.#rooms.find((r) => r.call) ?? this.#rooms.find((r) => r.room === open) ?? this.#rooms[0];
  }

  async #look() {
    clearTimeout(this.#timer);
    if (!this.#shown || this.root.hidden) return;
    try {
      this.#take(await call('/api/help'));
    } catch {
      // What is known stays; the lines below work without us.
    }
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
    const room = this.#room()?.room;
    this.#client.announcer.status(word('ask.sending'));
    while (this.#calling === id) {
      try {
        this.#draw();
        const answer = await call('/api/help/call', { id, ...(room ? { room } : {}) });
        this.#calling = null;
        this.#wrong = '';
        this.#take(answer);
        this.#client.announcer.status(this.#said());
        this.#write();
      } catch (error) {
        if (PASSING.has(codeOf(error))) {
          this.#wrong = word('ask.no_way');
          this.#draw();
          this.#client.announcer.failure(this.#wrong);
          await new Promise((again) => setTimeout(again, AGAIN_MS));
        } else {
          this.#calling = null;
          this.#wrong = errorWord(codeOf(error));
        }
      }
    }
    this.#draw();
  }

  /** The private line, where it can be written on now. */
  #write() {
    const id = this.#room()?.room ?? '';
    const room = this.#client.state.rooms[id];
    if (room?.held && this.#client.link.state === 'open') openLine(this.#client, id, room.you);
  }

  async #end() {
    const room = this.#room()?.room;
    try {
      this.#take(await call('/api/help/end', { room }));
      this.#client.announcer.status(word('ask.ended'));
    } catch (error) {
      this.#wrong = errorWord(codeOf(error));
      this.#draw();
    }
  }

  /** How it stands, in words. */
  #said() {
    const room = this.#room();
    const now = this.#client.link.now();
    const live = this.#client.state.rooms[room?.room ?? ''];
    const own = live?.call ?? room?.call;
    if (!own) return [word('ask.text'), room ? thereLine(room.on_duty, room.coming_hours, now) : ''].filter(Boolean).join(' ');
    if (own.answered_at) return callWord(own);
    const there = thereLine(room?.on_duty ?? [], room?.coming_hours, now);
    const pages = this.#pages ? word('ask.pages') : '';
    return [callWord(own), there, pages, word('ask.stay')].filter(Boolean).join(' ');
  }

  #draw() {
    const part = (/** @type {string} */ name) => this.#made.part(name);
    const room = this.#room();
    const own = this.#client.state.rooms[room?.room ?? '']?.call ?? room?.call;
    const calling = this.#calling !== null;
    setText(part('said'), calling ? word('ask.sending') : this.#said());
    setText(part('wrong'), this.#wrong);
    show(part('wrong'), this.#wrong !== '');
    show(part('ask'), !own && !calling);
    show(part('write'), Boolean(own));
    show(part('end'), Boolean(own) && !calling);
  }
}
