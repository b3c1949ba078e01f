/**
 * One signed-in person's side of the conversation: joins the link, the store and what is spoken. It touches no DOM;
 * views read `state`, `me` and `drafts`, and are told of every change.
 */

import { Link } from './protocol.js';
import { emptyState, fold, timed, unsaved } from './store.js';
import { heard } from './hearing.js';
import { timeOfDay, word } from './words.js';
import { ApiError, call, me as fetchMe } from './api.js';

const PAGE = 50;
const TICK_MS = 2_000;

/**
 * @typedef {{text: string, replyTo: string | null, editing: string | null, before: string}} Draft
 *   editing: the message being changed; before: what stood in the composer when that began
 *
 * @typedef {object} Outside
 * @property {typeof import('./socket.js').browser} machine
 * @property {import('./announcer.js').Announcer} announcer
 * @property {(why: import('./protocol.js').StopReason) => void} stopped
 * @property {(locksAt: number) => void} locks
 * @property {() => void} changed something to show changed
 * @property {(name: string) => void} roomGone the open room is out of reach
 */

export class Client {
  /** @type {import('./store.js').State} */
  state = emptyState();
  /** @type {import('./frames.js').Me | null} */
  me = null;
  /** @type {import('./frames.js').DeskItem[]} what waits for the team, where one is of it */
  desk = [];
  /** @type {import('./frames.js').Console} the team's console, as it came last */
  console = noConsole();
  /** What only the team needs; null until it is loaded, and for everybody else. @type {typeof import('./team/all.js') | null} */
  team = null;
  /** @type {Map<string, Draft>} */
  drafts = new Map();
  #outside;
  /** Locked, or closed in some other way: nothing can be asked. */
  resting = false;
  /** Whether there ever was a connection: before the first one there is nothing to say about it. */
  wasEverOpen = false;
  #saidLost = false;
  #loading = new Set();
  /** Counts who is in: an answer to whoever was in before is nobody's. */
  #stay = 0;
  /** @type {Promise<void> | null} the question about the desk that waits for the one under way */
  #deskNext = null;
  /** @type {Promise<void>} */
  #deskNow = Promise.resolve();
  #ticking = false;

  /** @param {Outside} outside */
  constructor(outside) {
    this.#outside = outside;
    this.announcer = outside.announcer;
    this.link = new Link({
      ...outside.machine,
      check: () => this.#check(),
      joinFields: (room) => this.#joinFields(room),
      joined: (room, ok) => this.#joined(room, ok),
      joinRefused: () => void this.refresh(),
      heard: (line) => this.#heard(line),
      forget: () => this.dispatch({ local: 'forget' }),
      locks: outside.locks,
      state: (state) => this.#linkState(state),
      stopped: outside.stopped,
    });
  }

  /**
   * Takes the person's facts as the server gave them and sees to it that their rooms are followed.
   * @param {import('./frames.js').Me} me not a locked one
   */
  enter(me) {
    this.me = me;
    this.resting = false;
    this.#stay += 1;
    this.link.setClock(me.now);
    this.#rooms(me.rooms);
    this.#outside.locks(me.locks_at);
    this.link.start();
    void this.loadDesk();
  }

  /** Text leaves the memory, the connection ends; drafts and what is not saved yet stay. For a lock. */
  rest() {
    this.link.stop();
    this.resting = true;
    this.wasEverOpen = this.#saidLost = false;
    this.#closeDesk();
    this.dispatch({ local: 'emptied' });
    this.announcer.clear();
    this.announcer.calm();
  }

  /** Nothing of this person stays. */
  reset() {
    this.link.reset();
    this.state = emptyState();
    this.me = null;
    this.#closeDesk();
    this.drafts.clear();
    this.announcer.clear();
    this.announcer.calm();
    this.wasEverOpen = this.#saidLost = false;
  }

  #closeDesk() {
    this.#stay += 1;
    this.desk = [];
    this.console = noConsole();
    this.team?.hush();
  }

  /** Asks the server anew who this is and which rooms there are. */
  async refresh() {
    const stay = this.#stay;
    const me = await fetchMe().catch(() => null);
    if (!me || stay !== this.#stay) return;
    if (me.locked || me.second) return this.#outside.stopped('locked');
    this.me = me;
    this.#rooms(me.rooms);
  }

  /**
   * Asks what waits for the team, one question at a time; whoever waits for it has an answer that is newer than their
   * asking. What could not be asked stays as it was, and says so.
   * @returns {Promise<void>}
   */
  loadDesk() {
    this.#deskNext ??= this.#deskNow.then(() => {
      this.#deskNext = null;
      return (this.#deskNow = this.#loadDesk().catch(() => {}));
    });
    return this.#deskNext;
  }

  async #loadDesk() {
    if (!this.me?.staff) return;
    const stay = this.#stay;
    const [answer, team] = await Promise.all([call('/api/console').catch(() => null), this.loadTeam()]);
    if (stay !== this.#stay) return;
    this.console = answer ? { ...answer, old: false } : { ...this.console, old: true };
    if (answer) this.desk = answer.items;
    if (answer) team?.ring(answer);
    this.#outside.changed();
  }

  /** Loads what only the team needs. null: it could not be had now. */
  async loadTeam() {
    if (this.team) return this.team;
    this.team = await import('./team/all.js').catch(() => null);
    if (this.team) this.#outside.changed();
    return this.team;
  }

  /**
   * Does something that only the team does, once the code for it is there.
   * @template T
   * @param {(does: typeof import('./team/all.js').does) => T} run
   * @returns {Promise<Awaited<T> | undefined>} undefined: it could not be had now, and the person was told
   */
  async asTeam(run) {
    const team = await this.loadTeam();
    if (team) return await run(team.does);
    this.announcer.trouble(word('error.offline'));
  }

  /** @param {import('./store.js').Input} input */
  dispatch(input) {
    const before = this.state;
    this.state = fold(before, input);
    if (this.state !== before) this.#outside.changed();
  }

  /** Whether what is shown of others is as it is now. */
  get live() {
    return this.link.state === 'open' && !this.link.behind;
  }

  /** @returns {import('./store.js').Room | null} */
  get room() {
    return this.state.open ? (this.state.rooms[this.state.open] ?? null) : null;
  }

  /** @param {string | null} room */
  open(room) {
    if (room !== this.state.open) this.announcer.clear();
    this.dispatch({ local: 'open', room });
    const now = this.room;
    // A room followed in the background holds one message only.
    if (now?.held && now.more && now.messages.length < PAGE / 2) void this.older(now.room);
  }

  /**
   * Fetches the page before the oldest message held. Does nothing if that is under way or there is none.
   * @param {string} room
   */
  async older(room) {
    const held = this.state.rooms[room];
    if (!held?.more || held.messages.length === 0 || this.#loading.has(room)) return;
    this.#loading.add(room);
    const { answer } = this.link.command('history', { room, before: held.messages[0].id, limit: PAGE });
    const { ok } = await answer;
    this.#loading.delete(room);
    if (ok) this.dispatch({ local: 'page', room, page: ok });
    else this.#outside.changed();
  }

  /** @param {string} room */
  isLoading(room) {
    return this.#loading.has(room);
  }

  /**
   * @param {string} room
   * @returns {Draft}
   */
  draft(room) {
    return this.drafts.get(room) ?? { text: '', replyTo: null, editing: null, before: '' };
  }

  /**
   * @param {string} room
   * @param {Partial<Draft>} fields
   */
  setDraft(room, fields) {
    this.drafts.set(room, { ...this.draft(room), ...fields });
  }

  /** Whether closing the page would lose something the person wrote. */
  hasUnsaved() {
    return unsaved(this.state) || [...this.drafts.values()].some((d) => d.text.trim() !== '' || d.before.trim() !== '');
  }

  /** @param {import('./frames.js').RoomRow[]} rows */
  #rooms(rows) {
    const open = this.room;
    const before = Object.keys(this.state.rooms);
    this.dispatch({ local: 'rooms', rooms: rows });
    for (const id of before) if (!this.state.rooms[id]) this.link.unfollow(id);
    for (const { room, ended, unreadable } of rows) if (!ended && !unreadable) this.link.follow(room);
    if (open && !this.state.open) this.#outside.roomGone(open.name);
  }

  /**
   * Loads a room's page anew: what is held of it lacks messages that may be seen again.
   * @param {string} room
   */
  reload(room) {
    this.dispatch({ local: 'forget' });
    this.link.unfollow(room);
    this.link.follow(room);
  }

  /** @param {string} room */
  #joinFields(room) {
    const held = this.state.rooms[room];
    if (room !== this.state.open) return { history: 1 };
    return held?.pos ? { after: held.pos, history: PAGE } : { history: PAGE };
  }

  /**
   * @param {string} room
   * @param {import('./frames.js').Joined} ok
   */
  #joined(room, ok) {
    this.dispatch({ local: 'joined', room, ok });
    if (room === this.state.open) this.open(room);
  }

  /** @param {any} line */
  #heard(line) {
    if (line.hello) {
      // Why one was sent away stands in it, too: what said so may have been lost with the line.
      if (this.me) this.me = { ...this.me, rooms: line.hello.rooms };
      this.#rooms(line.hello.rooms);
      if (this.wasEverOpen) void this.loadDesk();
      return;
    }
    if (line.signal === 'desk') return void this.loadDesk();
    if (line.signal === 'rooms') return void this.refresh();
    if (line.event === 'call' && line.call?.answered_at) this.#callRead(line);
    const room = this.room;
    if (line.event && room?.held && line.room === room.room) this.#speak(room, line);
    this.dispatch(timed(line, this.link.now()));
    if (line.signal === 'typing') this.#tick();
  }

  /**
   * One's own call was read: whatever is on the page, that is said.
   * @param {any} line
   */
  #callRead({ room, member, call }) {
    const here = this.state.rooms[room];
    if (here?.you === member && !here.call?.answered_at) this.announcer.status(word('ask.read', { alias: call.by?.alias ?? word('note.team'), time: timeOfDay(call.answered_at) }));
  }

  /**
   * @param {import('./store.js').Room} room
   * @param {any} line
   */
  #speak(room, line) {
    const saying = heard(room, line, this.me?.preferences.announce ?? 'all');
    if (saying?.kind === 'message') this.announcer.message(saying.text);
    if (saying?.kind === 'count') this.announcer.count();
    if (saying?.kind === 'status') this.announcer.status(saying.text);
  }

  /** Looks after typing that nobody ends, for as long as there is some. */
  #tick() {
    if (this.#ticking) return;
    this.#ticking = true;
    this.#outside.machine.after(TICK_MS, () => {
      this.#ticking = false;
      this.dispatch({ local: 'tick', now: this.link.now() });
      if (Object.values(this.state.rooms).some((r) => Object.keys(r.typing).length > 0)) this.#tick();
    });
  }

  /** @param {import('./protocol.js').LinkState} state */
  #linkState(state) {
    if (state === 'open' && this.link.behind) {
      this.#saidLost = true;
      this.announcer.status(word('room.behind'));
    } else if (state === 'open') {
      if (this.#saidLost) this.announcer.status(word('room.back_online'));
      this.#saidLost = false;
      this.wasEverOpen = true;
    } else if (state === 'waiting' && this.wasEverOpen && !this.#saidLost) {
      this.#saidLost = true;
      this.announcer.status(word('room.offline'));
    }
    this.#outside.changed();
  }

  /** @returns {Promise<'ok' | 'locked' | 'signed_out' | 'unreachable'>} */
  async #check() {
    try {
      const me = await fetchMe();
      return me.locked || me.second ? 'locked' : 'ok';
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? 'signed_out' : 'unreachable';
    }
  }
}

/** @returns {import('./frames.js').Console} */
function noConsole() {
  return { now: 0, old: false, duty: false, rooms: [], items: [], shifts: [] };
}
