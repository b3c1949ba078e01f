/**
 * What one can know and do about a room: its people, its house rules, leaving it; for staff also inviting, links for a
 * new passphrase, and ending a membership.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../frames.js').Member} Member
 * @typedef {(say: {title: string, text: string, yes: string, no: string}) => Promise<boolean | null>} Ask
 */

import * as does from '../moderating.js';
import { call, codeOf } from '../api.js';
import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { date, errorWord, word } from '../words.js';
import { linkMade } from './linkmade.js';
import { drawDot, drawRole } from './people.js';
import { openLine } from './line.js';
import { searchView } from './search.js';

/** @type {Record<import('../frames.js').Role, number>} */
const RANK = { lead: 0, moderator: 1, participant: 2, visitor: 3 };

export class AboutView {
  #staff = '';

  /**
   * @param {Client} client
   * @param {string} room
   * @param {{close: () => void, ask: Ask}} how
   */
  constructor(client, room, how) {
    this.client = client;
    this.id = room;
    this.how = how;
    this.made = stamp('about');
    this.root = this.made.root;
    this.made.part('close').addEventListener('click', how.close);
    this.made.part('search').append(searchView(client, room));
    this.made.part('leave').addEventListener('click', () => void this.#leave());
    this.made.part('line-open').addEventListener('click', () => {
      const own = this.client.state.rooms[this.id];
      if (own) openLine(this.client, this.id, own.you);
    });
    this.root.addEventListener('keydown', (event) => event.key === 'Escape' && how.close());
  }

  focus() {
    this.made.part('title').focus();
  }

  update() {
    const room = this.client.state.rooms[this.id];
    if (!room?.held) return;
    setText(this.made.part('topic'), room.topic);
    show(this.made.part('topic'), room.topic !== '');
    setText(this.made.part('rules'), room.rules || word('about.default_rules'));
    this.#people(room);
    show(this.made.part('own-line'), room.role === 'participant');
    show(this.made.part('ends'), room.endsAt !== 0);
    if (room.endsAt) setText(this.made.part('ends'), word('term.own', { day: date(room.endsAt) }));
    const staff = room.role === 'participant' || room.role === 'visitor' ? '' : room.role;
    const { team } = this.client;
    if (staff === this.#staff || (staff && !team)) return;
    this.#staff = staff;
    this.made.part('staff').replaceChildren(...(staff && team ? [team.staffView(this.client, room)] : []));
  }

  /** @param {import('../store.js').Room} room */
  #people(room) {
    const people = Object.values(room.members).sort((a, b) => RANK[a.role] - RANK[b.role] || a.alias.localeCompare(b.alias));
    setText(this.made.part('people-title'), word('about.people', { n: people.length }));
    const note = room.here ? word('about.here_note') : word('about.here_count', { n: room.hereCount });
    setText(this.made.part('here-note'), note);
    reconcile(this.made.part('people'), people, {
      key: (member) => member.member,
      make: (member) => this.#makePerson(member.member),
      update: (row, member) => drawPerson(row, member, room, { lead: this.client.me?.lead ?? false, now: this.client.link.now() }),
    });
  }

  /** @param {string} member */
  #makePerson(member) {
    const made = stamp('person');
    setText(made.part('reset'), word('staff.reset'));
    setText(made.part('end'), word('staff.end'));
    const alias = () => this.client.state.rooms[this.id]?.members[member]?.alias ?? '';
    made.part('reset').addEventListener('click', () => void this.#reset(member, alias(), made.part('result')));
    made.part('end').addEventListener('click', () => void this.#end(member, alias(), made.part('result')));
    made.part('line').addEventListener('click', () => openLine(this.client, this.id, member));
    const here = () => this.client.state.rooms[this.id];
    made.part('mute').addEventListener('click', () => {
      const who = here()?.members[member];
      if (!who) return;
      if (isMuted(here(), member, this.client.link.now())) void does.unmute(this.client, this.id, who);
      else void does.mute(this.client, this.id, who);
    });
    made.part('away').addEventListener('click', () => {
      const who = here()?.members[member];
      if (who) void does.sendAway(this.client, this.id, who);
    });
    made.part('care').addEventListener('click', () => {
      const who = here()?.members[member];
      if (who) void does.endCare(this.client, this.id, who);
    });
    for (const [part, does_] of /** @type {const} */ ([['term', does.setTerm], ['label-of', does.setLabel]])) {
      made.part(part).addEventListener('click', () => {
        const who = here()?.members[member];
        if (who) void does_(this.client, this.id, who);
      });
    }
    made.part('role-of').addEventListener('click', () => {
      const who = here()?.members[member];
      if (who) void does.setRole(this.client, this.id, who);
    });
    made.part('move').addEventListener('click', () => {
      const who = here()?.members[member];
      if (who) void does.move(this.client, this.id, who);
    });
    made.part('ignore').addEventListener('click', () => void does.ignore(this.client, this.id, member, !here()?.ignored.includes(member)));
    return made.root;
  }

  /**
   * @param {string} member
   * @param {string} alias
   * @param {HTMLElement} result
   */
  async #reset(member, alias, result) {
    const yes = await this.how.ask({
      title: word('staff.reset_title', { alias }),
      text: word('staff.reset_text'),
      yes: word('staff.reset_yes'),
      no: word('staff.no'),
    });
    if (!yes) return;
    // Who looks after others has a phone with codes, which may be lost as well.
    const staff = this.client.state.rooms[this.id]?.members[member]?.role === 'moderator';
    const second = staff && (await this.how.ask({
      title: word('staff.phone_title'),
      text: word('staff.phone_text'),
      yes: word('staff.phone_yes'),
      no: word('staff.phone_no'),
    }));
    if (second === null) return;
    try {
      const answer = await call('/api/resets', { room: this.id, member, ...(second ? { second } : {}) });
      const note = linkMade(answer, 'reset', (text) => this.client.announcer.status(text));
      result.replaceChildren(note);
      note.querySelector('input')?.focus();
    } catch (error) {
      this.#failed(result, codeOf(error));
    }
  }

  /**
   * @param {string} member
   * @param {string} alias
   * @param {HTMLElement} result
   */
  async #end(member, alias, result) {
    const yes = await this.how.ask({
      title: word('staff.end_title', { alias }),
      text: word('staff.end_text'),
      yes: word('staff.end_yes'),
      no: word('staff.no'),
    });
    if (!yes) return;
    const { error } = await this.client.link.command('end_membership', { room: this.id, member }).answer;
    if (error) this.#failed(result, error.code);
    else this.client.announcer.status(word('staff.ended'));
  }

  /**
   * @param {HTMLElement} result
   * @param {string} code
   */
  #failed(result, code) {
    const line = document.createElement('p');
    line.className = 'wrong';
    setText(line, errorWord(code));
    result.replaceChildren(line);
    this.client.announcer.failure(errorWord(code));
  }

  /**
   * A member leaves the room, a visitor ends the visit.
   * @param {import('../store.js').Room} room
   * @returns {Promise<{error?: {code: string}}>}
   */
  async #goAway(room) {
    if (room.role !== 'visitor') return this.client.link.command('end_membership', { room: this.id, member: room.you }).answer;
    try {
      await call('/api/visits/end', { room: this.id });
      return {};
    } catch (error) {
      return { error: { code: codeOf(error) } };
    }
  }

  async #leave() {
    const room = this.client.state.rooms[this.id];
    if (!room) return;
    const yes = await this.how.ask({
      title: word('about.leave_title', { room: room.name }),
      text: word('about.leave_text'),
      yes: word('about.leave_yes'),
      no: word('about.leave_no'),
    });
    if (!yes) return;
    const { error } = await this.#goAway(room);
    if (!error) return void this.client.refresh();
    setText(this.made.part('wrong'), errorWord(error.code));
    show(this.made.part('wrong'), true);
    this.client.announcer.failure(errorWord(error.code));
  }
}

/**
 * @param {HTMLElement} row
 * @param {Member} member
 * @param {import('../store.js').Room} room
 * @param {{lead: boolean, now: number}} at
 */
function drawPerson(row, member, room, { lead, now }) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
  const you = member.member === room.you;
  drawDot(part('dot'), member);
  setText(part('who'), you ? word('about.you', { alias: member.alias }) : member.alias);
  drawRole(part('role'), member.role);
  setText(part('here'), room.here?.includes(member.member) ? word('about.here') : '');
  const participant = member.role === 'participant';
  const canReset = !you && room.role !== 'visitor' && ((room.role !== 'participant' && participant) || (lead && member.role !== 'lead'));
  const canEnd = !you && room.role !== 'participant' && room.role !== 'visitor' && participant;
  const staff = room.role !== 'participant' && room.role !== 'visitor';
  const over = !you && staff && (participant || room.role === 'lead');
  const canIgnore = !you && room.role === 'participant' && participant;
  setText(part('mute'), word(isMuted(room, member.member, now) ? 'mute.end' : 'mute.yes'));
  setText(part('ignore'), word(room.ignored.includes(member.member) ? 'ignore.off' : 'ignore.on'));
  show(part('line'), !you && staff && participant);
  show(part('mute'), over);
  show(part('away'), over);
  show(part('care'), lead && !you && member.role !== 'lead');
  show(part('move'), lead && !you && participant);
  const until = room.terms[member.member] ?? 0;
  const said = [room.labels[member.member] ?? '', until ? word('term.until', { day: date(until) }) : ''].filter(Boolean).join(' · ');
  show(part('team'), staff && said !== '');
  setText(part('team'), said);
  show(part('term'), over);
  show(part('label-of'), over);
  show(part('role-of'), lead && !you && (participant || member.role === 'moderator'));
  setText(part('role-of'), word(participant ? 'set_role.open_moderator' : 'set_role.open_participant'));
  show(part('ignore'), canIgnore);
  setText(part('more'), word('about.can'));
  part('more').setAttribute('aria-label', word('about.can_long', { alias: member.alias }));
  show(part('acts'), canReset || canEnd || over || canIgnore);
  show(part('reset'), canReset);
  show(part('end'), canEnd);
}

/**
 * @param {import('../store.js').Room | undefined} room
 * @param {string} member
 * @param {number} now
 */
function isMuted(room, member, now) {
  return (room?.mutes[member] ?? 0) > now;
}
