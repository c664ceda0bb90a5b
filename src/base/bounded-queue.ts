/**
 * A first-in first-out queue with a bound: `push` says no when it is full, and the caller tells whoever asked.
 * A ring over one array; nothing is shifted.
 */
export class BoundedQueue<T> {
  readonly limit: number;
  #items: (T | undefined)[] = [];
  #head = 0;
  #length = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** @returns false when the queue is full; the item was not taken then. */
  push(item: T): boolean {
    if (this.#length >= this.limit) return false;
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) % this.#items.length] = item;
    this.#length += 1;
    return true;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) % this.#items.length;
    this.#length -= 1;
    return item;
  }

  /** Takes everything, in order. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) all.push(item);
    return all;
  }

  #grow(): void {
    const ordered = [...this.#items.slice(this.#head), ...this.#items.slice(0, this.#head)];
    ordered.length = Math.min(this.limit, Math.max(16, this.#items.length * 2));
    this.#items = ordered;
    this.#head = 0;
  }
}
