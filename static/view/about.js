/**
 * What one can know and do about a room: its people, its house rules, leaving it; for staff also inviting, links for a
 * new passphrase, and ending a membership.
 *
 * @typedef {import('../client.js').Client} Client
 * @typedef {import('../frames.js').Member} Member
 * @typedef {(say: {title: string, text: string, yes: string, no: string}) => Promise<boolean | null>} Ask
 */

import { ignore } from '../asking.js';
import { call, codeOf } from '../api.js';
import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { date, errorWord, word } from '../words.js';
import { drawDot, drawRole } from './people.js';
import { openLine } from './line.js';
import { searchView } from './search.js';

/** @type {Record<import('../frames.js').Role, number>} */
const RANK = { lead: 0, moderator: 1, participant: 2, visitor: 3 };

/** What can be done about a person, by the button that does it. */
const ACTS = /** @type {const} */ ([['mute', 'mute'], ['away', 'sendAway'], ['care', 'endCare'], ['term', 'setTerm'], ['label-of', 'setLabel'], ['role-of', 'setRole'], ['move', 'move']]);

export class AboutView {
  #staff = '';
  /** @type {{root: HTMLElement, update: () => void} | null} */
  #staffView = null;

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
    this.#staffView?.update();
    if (staff === this.#staff || (staff && !team)) return;
    this.#staff = staff;
    this.#staffView = staff && team ? team.staffView(this.client, room) : null;
    this.made.part('staff').replaceChildren(...(this.#staffView ? [this.#staffView.root] : []));
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
    const here = () => this.client.state.rooms[this.id];
    setText(made.part('reset'), word('staff.reset'));
    setText(made.part('end'), word('staff.end'));
    const how = { ask: this.how.ask, result: made.part('result') };
    for (const [part, act] of /** @type {const} */ ([['reset', 'newLink'], ['end', 'endMembership']])) {
      made.part(part).addEventListener('click', () => {
        const who = here()?.members[member];
        if (who) void this.client.asTeam((does) => does[act](this.client, this.id, who, how));
      });
    }
    made.part('line').addEventListener('click', () => openLine(this.client, this.id, member));
    for (const [part, act] of ACTS) {
      made.part(part).addEventListener('click', () => {
        const who = here()?.members[member];
        const name = act === 'mute' && isMuted(here(), member, this.client.link.now()) ? 'unmute' : act;
        if (who) void this.client.asTeam((does) => does[name](this.client, this.id, who));
      });
    }
    made.part('ignore').addEventListener('click', () => void ignore(this.client, this.id, member, !here()?.ignored.includes(member)));
    return made.root;
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
