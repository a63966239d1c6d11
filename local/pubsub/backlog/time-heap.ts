/** Things that become due, earliest first. */

interface Entry<Item> {
  readonly atMs: number;
  readonly item: Item;
}

/** A binary heap by time. */
export class TimeHeap<Item> {
  #entries: Entry<Item>[] = [];

  /** When the earliest is due; Infinity when empty. */
  get nextMs(): number {
    return this.#entries[0]?.atMs ?? Infinity;
  }

  push(atMs: number, item: Item): void {
    const entries = this.#entries;
    let index = entries.push({ atMs, item }) - 1;
    while (index > 0) {
      const parent = (index - 1) >>> 1;
      if (this.#at(parent) <= this.#at(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  /** Takes out everything that is due, earliest first. */
  popDue(nowMs: number): Item[] {
    const due: Item[] = [];
    while (this.nextMs <= nowMs) {
      const [first] = this.#entries;
      const last = this.#entries.pop();
      if (first === undefined || last === undefined) break;
      due.push(first.item);
      if (this.#entries.length > 0) this.#sink(last);
    }
    return due;
  }

  clear(): void {
    this.#entries = [];
  }

  #sink(entry: Entry<Item>): void {
    this.#entries[0] = entry;
    for (let index = 0; ;) {
      const left = index * 2 + 1;
      const smaller = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(smaller) >= this.#at(index)) return;
      this.#swap(smaller, index);
      index = smaller;
    }
  }

  #at(index: number): number {
    return this.#entries[index]?.atMs ?? Infinity;
  }

  #swap(left: number, right: number): void {
    const [a, b] = [this.#entries[left], this.#entries[right]];
    if (a === undefined || b === undefined) return;
    this.#entries[left] = b;
    this.#entries[right] = a;
  }
}
