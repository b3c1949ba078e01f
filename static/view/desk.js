/** The team's queue: what waits in all the rooms one looks after, and who has taken it. It shows no words of anybody's. */

import { call, codeOf } from '../api.js';
import { reconcile } from '../list.js';
import { setText, show, stamp } from '../template.js';
import { errorWord, when, word } from '../words.js';

/** @typedef {import('../frames.js').DeskItem} DeskItem */

export class DeskView {
  #client;
  #made = stamp('desk');
  #open;

  /**
   * @param {import('../client.js').Client} client
   * @param {(room: string) => void} open
   */
  constructor(client, open) {
    this.#client = client;
    this.#open = open;
    this.root = this.#made.root;
  }

  update() {
    const { desk, state } = this.#client;
    // Until the list of rooms has come, a room has no name.
    const items = desk.filter((item) => state.rooms[item.room]);
    show(this.#made.part('empty'), items.length === 0);
    reconcile(this.#made.part('items'), items, {
      key: (item) => item.item,
      make: (item) => this.#make(item),
      update: (row, item) => this.#draw(row, item),
    });
  }

  /** @param {DeskItem} item */
  #make(item) {
    const made = stamp('desk-item');
    setText(made.part('title'), word(`desk.${item.kind}`));
    made.part('open').addEventListener('click', () => this.#open(item.room));
    made.part('take').addEventListener('click', () => void this.#take(item.item));
    return made.root;
  }

  /**
   * @param {HTMLElement} row
   * @param {DeskItem} item
   */
  #draw(row, item) {
    const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (row.querySelector(`[data-part="${name}"]`));
    const room = this.#client.state.rooms[item.room]?.name ?? '';
    setText(part('where'), word('desk.where', { room, when: when(item.since, this.#client.link.now()) }));
    const said = item.mine ? 'desk.mine' : item.taken ? 'desk.taken' : '';
    show(part('who'), said !== '');
    if (said) setText(part('who'), word(said));
    setText(part('take'), word(item.mine ? 'desk.release' : item.taken ? 'desk.take_over' : 'desk.take'));
    part('open').setAttribute('aria-label', word('desk.open_long', { room, what: word(`desk.${item.kind}`) }));
    row.classList.toggle('worry', item.kind === 'worry');
  }

  /** @param {string} id */
  async #take(id) {
    const item = this.#client.desk.find((i) => i.item === id);
    if (!item) return;
    try {
      if (item.mine) await call('/api/desk/release', { item: id });
      else await call('/api/desk/claim', { item: id, ...(item.taken ? { take: true } : {}) });
      this.#client.announcer.status(word(item.mine ? 'desk.released' : 'desk.claimed'));
    } catch (error) {
      this.#client.announcer.failure(errorWord(codeOf(error)));
    }
    await this.#client.loadDesk();
  }
}
