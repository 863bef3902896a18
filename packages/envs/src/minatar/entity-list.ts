/** Numbers per entity: column, row, direction (1 or −1), and two timers. */
const STRIDE = 5;

/**
 * A list of moving things inside an integer array, so that a game's whole state stays one array. Its first number is the count.
 */
export class EntityList {
  /** Numbers that a list of `capacity` entities takes. */
  static size(capacity: number): number {
    return 1 + capacity * STRIDE;
  }

  readonly #world: Int32Array;
  readonly #start: number;
  readonly #capacity: number;

  constructor(world: Int32Array, start: number, capacity: number) {
    this.#world = world;
    this.#start = start;
    this.#capacity = capacity;
  }

  get count(): number {
    return this.#world[this.#start];
  }

  /** Appends an entity; does nothing when the list is full, which the games' rules never reach. */
  add(x: number, y: number, direction: number, timer: number, shotTimer: number): void {
    const world = this.#world;
    if (this.count === this.#capacity) return;
    const at = this.#at(world[this.#start]++);
    world[at] = x;
    world[at + 1] = y;
    world[at + 2] = direction;
    world[at + 3] = timer;
    world[at + 4] = shotTimer;
  }

  /** Removes entity `i`; later ones move up. */
  remove(i: number): void {
    const at = this.#at(i);
    this.#world.copyWithin(at, at + STRIDE, this.#at(this.count));
    this.#world[this.#start]--;
  }

  x(i: number): number {
    return this.#world[this.#at(i)];
  }

  y(i: number): number {
    return this.#world[this.#at(i) + 1];
  }

  direction(i: number): number {
    return this.#world[this.#at(i) + 2];
  }

  /** One cell in its direction; returns whether it is still on a board of `width` columns. */
  move(i: number, width: number): boolean {
    const at = this.#at(i);
    this.#world[at] += this.#world[at + 2];
    return this.#world[at] >= 0 && this.#world[at] < width;
  }

  /** Whether the move timer ran out, in which case it is set to `interval`; else it counts down. */
  isDue(i: number, interval: number): boolean {
    return this.#countDown(this.#at(i) + 3, interval);
  }

  /** The same for the shot timer. */
  isShotDue(i: number, interval: number): boolean {
    return this.#countDown(this.#at(i) + 4, interval);
  }

  /** The first entity at a cell, or −1. */
  find(x: number, y: number): number {
    for (let i = 0; i < this.count; i++) if (this.x(i) === x && this.y(i) === y) return i;
    return -1;
  }

  #at(i: number): number {
    return this.#start + 1 + i * STRIDE;
  }

  #countDown(at: number, interval: number): boolean {
    if (this.#world[at] === 0) {
      this.#world[at] = interval;
      return true;
    }
    this.#world[at]--;
    return false;
  }
}
