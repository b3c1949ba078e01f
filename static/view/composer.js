/**
 * The composer: always there, grows with the text, keeps a draft per room, says who can read here. Enter sends where
 * there is a real keyboard; on touch the button does, and Enter makes a new line. Ctrl or Cmd with Enter sends anywhere.
 *
 * @typedef {import('../client.js').Client} Client
 */

import { edit, post } from '../sending.js';
import { setText, show, stamp } from '../template.js';
import { day, timeOfDay, word } from '../words.js';
import { lengthWord } from './act.js';
import { openLine } from './line.js';
import { comesIn, thereIn, unattendedRule } from './there.js';

const LONGEST = 4_000;
const COUNT_FROM = 3_600;
const TYPING_EVERY_MS = 4_000;

export class ComposerView {
  #typingTold = -Infinity;
  /** @type {typeof import('../gentle.js').gentle | null} loaded beside everything else: writing must not wait for it */
  #gentle = null;
  /** What was asked about and came back as it was: nobody is asked twice. */
  #seen = '';

  /**
   * @param {Client} client
   * @param {string} room
   * @param {{help: () => void, sent: () => void, ask: (say: {title: string, text: string, yes: string, no: string}) => Promise<boolean | null>}} how
   * sent: something of one's own went on its way
   */
  constructor(client, room, how) {
    this.client = client;
    this.room = room;
    this.how = how;
    const made = stamp('composer');
    this.made = made;
    this.root = made.root;
    this.input = made.part('text', HTMLTextAreaElement);
    this.input.placeholder = word('composer.label');
    this.input.value = client.draft(room).text;
    this.input.addEventListener('input', () => this.#typed());
    this.input.addEventListener('keydown', (event) => this.#key(event));
    made.root.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    made.part('cancel').addEventListener('click', () => this.#cancel());
    made.part('help').addEventListener('click', how.help);
    void import('../gentle.js').then((loaded) => (this.#gentle = loaded.gentle)).catch(() => {});
    made.part('sober').addEventListener('click', () => {
      const own = client.state.rooms[room];
      if (own) openLine(client, room, own.you, word('line.not_sober'));
    });
    // Taking the focus would close the phone's keyboard between two messages.
    made.part('send').addEventListener('pointerdown', (event) => event.preventDefault());
  }

  /** Draws what depends on the room. Called again whenever the draft was changed from outside. */
  update() {
    const draft = this.client.draft(this.room);
    if (this.input.value !== draft.text) this.input.value = draft.text;
    this.#context(draft);
    this.#rule();
    this.#typing();
    this.#size();
    setText(this.made.part('send-word'), word(draft.editing ? 'composer.save' : 'composer.send'));
  }

  focus() {
    this.input.focus();
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  /** @param {import('../frames.js').Message} message */
  reply(message) {
    this.client.setDraft(this.room, { replyTo: message.id });
    this.update();
    this.focus();
  }

  /** @param {import('../frames.js').Message} message */
  edit(message) {
    const draft = this.client.draft(this.room);
    const before = draft.editing ? draft.before : draft.text;
    this.client.setDraft(this.room, { text: message.text, editing: message.id, before });
    this.update();
    this.focus();
  }

  /** What holds in the room just now: a mute, a pause, slow mode, a hold, and how long words are kept. */
  #rule() {
    const room = this.client.state.rooms[this.room];
    if (!room) return;
    const now = this.client.link.now();
    const { policy } = room;
    const at = (/** @type {number} */ ms) => ({ until: `${day(ms, now)}, ${timeOfDay(ms)}` });
    const member = room.role === 'participant';
    let rule = '';
    const visits = room.role === 'visitor';
    show(this.made.part('row'), !visits);
    if (visits) rule = word('rule.visit', at(room.leavesAt));
    else if (room.mutedUntil > now) rule = word('rule.muted', at(room.mutedUntil));
    else if ((policy.paused_until ?? 0) > now) rule = [word('rule.paused', at(policy.paused_until ?? 0)), policy.pause_text].filter(Boolean).join(' ');
    else if (unattendedRule(room, now)) rule = unattendedRule(room, now);
    else if (member && policy.hold !== 'none') rule = word(policy.hold === 'everyone' ? 'rule.hold_everyone' : 'rule.hold_newcomers');
    else if (member && policy.pace > 0) rule = word('rule.pace', { time: lengthWord(policy.pace) });
    setText(this.made.part('rule'), rule);
    show(this.made.part('rule'), rule !== '');
    const there = rule !== '' && rule === unattendedRule(room, now) && room.onDuty.length === 0 ? comesIn(room, now) : thereIn(room, this.client);
    setText(this.made.part('there'), room.held ? there : '');
    show(this.made.part('sober'), member && policy.house?.sober === true);
    setText(this.made.part('who-reads'), word('composer.who_reads', { n: Math.round(policy.keep / 86_400_000) }));
  }

  /** @param {import('../client.js').Draft} draft */
  #context({ editing, replyTo }) {
    const messages = this.client.state.rooms[this.room]?.messages ?? [];
    const other = messages.find((m) => m.id === replyTo);
    let text = '';
    if (editing) text = word('composer.editing');
    else if (other) {
      const alias = other.mine ? word('message.you_inside') : other.from.alias;
      text = word('composer.replying', { alias, text: other.text });
    } else if (replyTo) text = word('composer.replying_gone');
    setText(this.made.part('context-text'), text);
    show(this.made.part('context'), text !== '');
  }

  /** Others' typing, only for those who show their own: nobody else is put under that small pressure. */
  #typing() {
    const room = this.client.state.rooms[this.room];
    const wanted = this.client.me?.preferences.typing ?? false;
    const who = wanted && room ? Object.keys(room.typing).map((id) => room.members[id]?.alias).filter(Boolean) : [];
    show(this.made.part('typing'), who.length > 0);
    if (who.length > 0) setText(this.made.part('typing'), word('composer.typing', { n: who.length, alias: who[0] }));
  }

  #typed() {
    this.client.setDraft(this.room, { text: this.input.value });
    show(this.made.part('wrong'), false);
    this.#size();
    const now = this.client.link.now();
    if (!this.client.me?.preferences.typing || now - this.#typingTold < TYPING_EVERY_MS) return;
    if (this.input.value.trim() === '') return;
    this.#typingTold = now;
    this.client.link.command('typing', { room: this.room, on: true });
  }

  #size() {
    this.input.style.height = 'auto';
    this.input.style.height = `${this.input.scrollHeight + this.input.offsetHeight - this.input.clientHeight}px`;
    const length = [...this.input.value.trim()].length;
    show(this.made.part('counter'), length >= COUNT_FROM);
    if (length >= COUNT_FROM) {
      const left = LONGEST - length;
      setText(this.made.part('counter'), left >= 0 ? word('composer.left', { n: left }) : word('composer.over', { n: -left }));
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape' && this.client.draft(this.room).editing) return this.#cancel();
    // While a word is being composed (Japanese, for one), Enter belongs to that.
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return;
    const always = event.ctrlKey || event.metaKey;
    if (!always && !matchMedia('(hover: hover) and (pointer: fine)').matches) return;
    event.preventDefault();
    void this.#send();
  }

  /** Sends what stands there, once the person has seen what their group would rather not read. */
  async #send() {
    const text = this.client.draft(this.room).text.trim();
    if (text === '') return this.focus();
    if ([...text].length > LONGEST) return this.#wrong(word('error.text_too_long'));
    if (await this.#sure(text)) this.#go(text);
    else this.focus();
  }

  /** @param {string} text */
  async #sure(text) {
    const room = this.client.state.rooms[this.room];
    const house = room?.policy.house;
    if (!house || room.role !== 'participant' || text === this.#seen || !this.#gentle) return true;
    const [found] = this.#gentle(text, house);
    if (!found) return true;
    this.#seen = text;
    const say = [word(`looks.${found.kind}`), word('gentle.text')].join(' ');
    return Boolean(await this.how.ask({ title: word('gentle.title'), text: say, yes: word('gentle.yes'), no: word('gentle.no') }));
  }

  /** @param {string} text */
  #go(text) {
    const draft = this.client.draft(this.room);
    if (draft.editing) {
      this.client.setDraft(this.room, { text: draft.before, editing: null, before: '' });
      edit(this.client, this.room, draft.editing, text);
    } else {
      this.client.setDraft(this.room, { text: '', replyTo: null });
      post(this.client, this.room, text, draft.replyTo);
      this.#stopTyping();
      this.how.sent();
    }
    this.update();
    this.focus();
  }

  #stopTyping() {
    if (this.#typingTold === -Infinity) return;
    this.#typingTold = -Infinity;
    this.client.link.command('typing', { room: this.room, on: false });
  }

  /** @param {string} text */
  #wrong(text) {
    setText(this.made.part('wrong'), text);
    show(this.made.part('wrong'), true);
    this.client.announcer.failure(text);
    this.focus();
  }

  #cancel() {
    const draft = this.client.draft(this.room);
    const text = draft.editing ? draft.before : draft.text;
    this.client.setDraft(this.room, { text, editing: null, before: '', replyTo: draft.editing ? draft.replyTo : null });
    this.update();
    this.focus();
  }
}
