/** Shift of the prescaler of TIM1T, TIM8T, TIM64T and T1024T. */
const PRESCALER = [0, 3, 6, 10] as const;

/** The 6532: 128 bytes of memory, a timer and two ports, to which the joysticks and the switches of the console are wired. */
export class Riot {
  readonly ram: Uint8Array;
  /** Lines of the joysticks, 0 where pressed: bits 4 to 7 are up, down, left and right of player 0. */
  joysticks = 0xff;
  /** Switches: bit 0 reset and bit 1 select (0 while pressed), bit 3 colour, bits 6 and 7 difficulty of the players (1 is A). */
  switches = 0x3f;
  #outputA = 0;
  #directionA = 0;
  #outputB = 0;
  #directionB = 0;
  #timer = 0;
  #shift: number = PRESCALER[2];
  /** Cycle in which the timer was set, in the count of the processor. */
  #setAt = 0;
  /** Cycles by which the timer had run out when that was first read; 0 before. */
  #overdue = 0;

  /** @param ram `[128]`, zeros */
  constructor(ram = new Uint8Array(128)) {
    this.ram = ram;
  }

  reset(timer: number): void {
    this.#outputA = 0;
    this.#directionA = 0;
    this.#outputB = 0;
    this.#directionB = 0;
    this.#timer = timer;
    this.#shift = PRESCALER[2];
    this.#setAt = 0;
    this.#overdue = 0;
  }

  /** Moves the origin of time by `cycles`, at the start of a frame. */
  rebase(cycles: number): void {
    this.#setAt -= cycles;
    // A timer that ran out counts its 256 values over and over: cutting whole rounds keeps the numbers small.
    if (this.#setAt < -(1 << 26)) this.#setAt += 1 << 25;
  }

  read(address: number, cycles: number): number {
    if ((address & 4) !== 0) return (address & 1) === 0 ? this.#readTimer(cycles) : this.#readFlag(cycles);
    switch (address & 3) {
      case 0:
        return ((this.#outputA & this.#directionA) | (~this.#directionA & 0xff)) & this.joysticks;
      case 1:
        return this.#directionA;
      case 2:
        return (this.#outputB & this.#directionB) | (this.switches & ~this.#directionB);
      default:
        return this.#directionB;
    }
  }

  /**
   * Counts by the prescaler down to 0, and from then on by the cycle, until it is read: from there on by the prescaler again. The
   * value before that read is part of what follows.
   */
  #readTimer(cycles: number): number {
    const elapsed = cycles - this.#setAt;
    const periods = this.#timer - ((elapsed - 1) >> this.#shift);
    if (periods > 0) return (periods - 1) & 0xff;
    const left = (this.#timer << this.#shift) - elapsed;
    if (this.#overdue === 0 && left <= -2) this.#overdue = -left;
    return (this.#overdue === 0 ? left : periods - this.#overdue) & 0xff;
  }

  /** How many reads of the timer, the first at `cycles` and then every `interval`, show `value` before it counts on; 0 if none does. */
  readsBeforeTick(cycles: number, interval: number, value: number): number {
    const gone = cycles - this.#setAt - 1;
    const periods = this.#timer - (gone >> this.#shift);
    if (periods <= 0 || periods - 1 !== value) return 0;
    const untilTick = (1 << this.#shift) - (gone & ((1 << this.#shift) - 1));
    return Math.ceil(untilTick / interval);
  }

  #readFlag(cycles: number): number {
    return cycles - this.#setAt > this.#timer << this.#shift && this.#overdue === 0 ? 0x80 : 0;
  }

  write(address: number, value: number, cycles: number): void {
    if ((address & 4) !== 0) {
      if ((address & 0x10) === 0) return;
      this.#shift = PRESCALER[(address & 3) as 0 | 1 | 2 | 3];
      this.#timer = value;
      this.#setAt = cycles;
      this.#overdue = 0;
      return;
    }
    switch (address & 3) {
      case 0:
        this.#outputA = value;
        break;
      case 1:
        this.#directionA = value;
        break;
      case 2:
        this.#outputB = value;
        break;
      default:
        this.#directionB = value;
    }
  }

  /** Writes memory and registers to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out.set(this.ram, at);
    const rest = at + this.ram.length;
    out[rest] = this.joysticks;
    out[rest + 1] = this.switches;
    out[rest + 2] = this.#outputA;
    out[rest + 3] = this.#directionA;
    out[rest + 4] = this.#outputB;
    out[rest + 5] = this.#directionB;
    out[rest + 6] = this.#timer;
    out[rest + 7] = this.#shift;
    out[rest + 8] = this.#setAt;
    out[rest + 9] = this.#overdue;
    return rest + 10;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    const rest = at + this.ram.length;
    this.ram.set(from.subarray(at, rest));
    this.joysticks = from[rest];
    this.switches = from[rest + 1];
    this.#outputA = from[rest + 2];
    this.#directionA = from[rest + 3];
    this.#outputB = from[rest + 4];
    this.#directionB = from[rest + 5];
    this.#timer = from[rest + 6];
    this.#shift = from[rest + 7];
    this.#setAt = from[rest + 8];
    this.#overdue = from[rest + 9];
    return rest + 10;
  }
}
