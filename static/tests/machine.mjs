/**
 * A machine for tests: one clock that only moves when told, and wires that the test holds the other end of. It stands
 * for the network and the timers, which are not ours; everything of ours under test is the real thing.
 */

export class Machine {
  time = 1_000;
  timers = [];
  wires = [];
  fraction = 0.5;
  nextId = 0;

  now = () => this.time;
  random = () => this.fraction;
  fill = (bytes) => bytes.fill(++this.nextId % 256);

  after = (ms, run) => {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  };

  open = (on) => {
    const wire = { on, sent: [], closed: false };
    this.wires.push(wire);
    return {
      send: (text) => wire.sent.push(...text.split('\n').map((line) => JSON.parse(line))),
      close: () => (wire.closed = true),
    };
  };

  /** Moves the clock, running what falls due in its order, and lets promises settle in between. */
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      await settle();
      const due = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((t) => t !== due);
      this.time = Math.max(this.time, due.at);
      due.run();
    }
    this.time = end;
    await settle();
  }

  get wire() {
    return this.wires.at(-1);
  }
}

/** Lets every promise that can settle do so. */
export async function settle() {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
