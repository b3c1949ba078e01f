/** A room on screen: its head, the state of the connection, the history, the composer. */

import { appeal, report } from '../asking.js';
import { discard, editAgain, react, reveal, takeBack, tryAgain } from '../sending.js';
import { setText, show, stamp } from '../template.js';
import { word } from '../words.js';
import { ComposerView } from './composer.js';
import { HistoryView } from './history.js';
import { sessionLine } from './there.js';
import { drawWaiting } from './waiting.js';

const READ_AFTER_MS = 600;

/**
 * @typedef {object} How
 * @property {() => void} back
 * @property {() => void} about
 * @property {() => void} help
 * @property {(say: {title: string, text: string, yes: string, no: string}) => Promise<boolean | null>} ask
 */

export class RoomView {
  #readTimer = 0;
  #readSent = '';

  /**
   * @param {import('../client.js').Client} client
   * @param {string} room
   * @param {How} how
   */
  constructor(client, room, how) {
    this.client = client;
    this.id = room;
    this.how = how;
    this.made = stamp('room');
    this.root = this.made.root;
    this.made.part('back').addEventListener('click', how.back);
    this.made.part('about').addEventListener('click', how.about);
    this.made.part('unpin').addEventListener('click', () => void client.asTeam((does) => does.pin(client, room, '')));
    this.composer = new ComposerView(client, room, { help: how.help, ask: how.ask, sent: () => this.history.toEnd() });
    this.made.part('composer').replaceWith(this.composer.root);
    this.history = new HistoryView(this.made, {
      acts: this.#acts(),
      older: () => void client.older(room),
      loading: () => client.isLoading(room),
      now: () => client.link.now(),
      moved: () => this.#read(),
    });
  }

  stop() {
    clearTimeout(this.#readTimer);
    this.history.stop();
  }

  /** @param {boolean} aboutOpen */
  update(aboutOpen) {
    const room = this.client.state.rooms[this.id];
    if (!room) return;
    setText(this.made.part('name'), room.name);
    setText(this.made.part('topic'), room.topic);
    show(this.made.part('topic'), room.topic !== '');
    setText(this.made.part('here'), room.held && this.client.live ? word('room.here', { n: room.hereCount }) : word('room.about'));
    this.made.part('about').setAttribute('aria-label', word('room.about_long', { n: room.hereCount }));
    this.made.part('about').setAttribute('aria-expanded', String(aboutOpen));
    this.made.part('history').setAttribute('aria-label', word('room.history', { room: room.name }));
    this.#pinned(room);
    setText(this.made.part('session'), sessionLine(room, this.client.link.now()));
    this.#state();
    this.history.update(room);
    this.composer.update();
    drawWaiting(this.made.part('waiting'), this.client, room, {
      rewrite: (text) => this.#rewrite(text),
      changed: () => this.update(aboutOpen),
    });
    this.#read();
  }

  /**
   * Puts a text back into the composer, in front of what is being written there.
   * @param {string} text
   */
  #rewrite(text) {
    const draft = this.client.draft(this.id);
    this.client.setDraft(this.id, { text: [text, draft.text].filter((t) => t.trim() !== '').join('\n') });
    this.composer.update();
    this.composer.focus();
  }

  /**
   * The message that stays in sight, one line until it is opened.
   * @param {import('../store.js').Room} room
   */
  #pinned({ pinned, role }) {
    const shown = pinned !== null && !pinned.removed_at;
    show(this.made.part('pinned'), shown);
    if (!shown) return;
    setText(this.made.part('pinned-line'), word('pin.says', { alias: pinned.mine ? word('message.you_inside') : pinned.from.alias, text: pinned.text }));
    setText(this.made.part('pinned-text'), pinned.text);
    show(this.made.part('unpin'), role !== 'participant' && role !== 'visitor');
  }

  /** The connection in words; one that works says nothing. */
  #state() {
    const { link, wasEverOpen } = this.client;
    const quiet = (link.state === 'open' && !link.behind) || !wasEverOpen;
    show(this.made.part('state'), !quiet);
    if (!quiet) setText(this.made.part('state'), word(link.behind ? 'room.behind' : 'room.offline'));
  }

  /** Says how far one has read, once the newest message was in view for a moment. Told to nobody else. */
  #read() {
    clearTimeout(this.#readTimer);
    this.#readTimer = window.setTimeout(() => {
      const room = this.client.state.rooms[this.id];
      const last = room?.messages.at(-1)?.id ?? '';
      if (!room || !last || document.visibilityState !== 'visible' || !this.history.atEnd) return;
      if (room.unread > 0 || room.readTo !== last) this.client.dispatch({ local: 'read', room: this.id, message: last });
      if (last === this.#readSent || this.client.link.state !== 'open') return;
      this.#readSent = last;
      this.client.link.command('read', { room: this.id, message: last });
    }, READ_AFTER_MS);
  }

  /** @returns {import('./message.js').Acts} */
  #acts() {
    const { client, id } = this;
    return {
      reply: (message) => this.composer.reply(message),
      edit: (message) => this.composer.edit(message),
      takeBack: async (message) => {
        const yes = await this.how.ask({
          title: word('take_back.title'),
          text: word('take_back.text'),
          yes: word('take_back.yes'),
          no: word('take_back.no'),
        });
        if (yes) takeBack(client, id, message.id);
      },
      react: (message, reaction, on) => void react(client, id, message.id, reaction, on),
      reveal: async (message, shown) => {
        if (!shown) return client.dispatch({ local: 'hidden', room: id, message: message.id });
        const wrong = await reveal(client, id, message.id);
        if (wrong) client.announcer.trouble(wrong);
      },
      report: (message) => void report(client, id, message),
      moderate: (message) => void client.asTeam((does) => does.moderate(client, id, message)),
      unhide: (message) => void client.asTeam((does) => does.unhide(client, id, message)),
      reports: (message) => void client.asTeam((does) => does.reports(client, id, message.id)),
      pin: (message, on) => void client.asTeam((does) => does.pin(client, id, on ? message.id : '')),
      appeal: (message) => void appeal(client, id, message.note ?? ''),
      tryAgain: (item) => tryAgain(client, id, item),
      editAgain: (item) => {
        editAgain(client, id, item);
        this.composer.update();
        this.composer.focus();
      },
      discard: (item) => discard(client, id, item),
    };
  }
}
