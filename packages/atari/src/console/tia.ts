import type { Painter } from './painter.ts';
import { clocksSinceCopy, coverBall, coverMissile, coverPlayer, coverPlayfield, type LineBits, REVERSED } from './tia-objects.ts';

/** Cycles of a line. */
const LINE_CYCLES = 76;
/** Lines after which a picture ends that its program does not end. */
const MAX_LINES = 291;
/** Lines that a frame without an end keeps when its time is counted anew: more than a picture may have. */
const KEPT_LINES = 1000;
/** Colour clocks before the first pixel of a line. */
const BLANK_CLOCKS = 68;
/** Colour clocks of a line. */
const LINE_CLOCKS = 3 * LINE_CYCLES;
/** Last cycle of a line in which HMOVE makes its first eight pixels black. */
const COMB_CYCLES = 20;
/** Colour clocks from HMOVE to the first extra clock. */
const FIRST_PULSE = 9;
/** Pixels of a line. */
const WIDTH = 160;

/**
 * Pixels to the right by which HMOVE moves an object, by the cycle of the line in which it is written and the upper half of the object's
 * register. Up to 15 extra clocks, four clocks apart, push an object to the left; they count only while the beam is blanked. In return
 * the first eight clocks of a line are missing, where HMOVE comes at its beginning or in the last cycle of the line before.
 */
const MOTION = Int8Array.from({ length: LINE_CYCLES << 4 }, (_, index) => {
  const cycle = index >> 4;
  const pulses = (index & 15) ^ 8;
  const isShortened = cycle <= COMB_CYCLES || cycle >= LINE_CYCLES - 1;
  let motion = isShortened ? 8 : 0;
  for (let pulse = 0; pulse < pulses; pulse++) {
    const clock = cycle * 3 + FIRST_PULSE + 4 * pulse;
    if (clock >= LINE_CLOCKS || clock < BLANK_CLOCKS + (isShortened ? 8 : 0)) motion--;
  }
  return motion;
});

/** More cycles than a capacitor ever charges: nothing is plugged in. */
export const NEVER = 0x7fffffff;

/** Registers that are written, by address. */
const VSYNC = 0x00;
const VBLANK = 0x01;
const WSYNC = 0x02;
const NUSIZ0 = 0x04;
const NUSIZ1 = 0x05;
const COLUP0 = 0x06;
const COLUBK = 0x09;
const CTRLPF = 0x0a;
const REFP0 = 0x0b;
const REFP1 = 0x0c;
const PF0 = 0x0d;
const PF1 = 0x0e;
const PF2 = 0x0f;
const RESP0 = 0x10;
const RESBL = 0x14;
const GRP0 = 0x1b;
const GRP1 = 0x1c;
const ENAM0 = 0x1d;
const ENAM1 = 0x1e;
const ENABL = 0x1f;
const HMP0 = 0x20;
const VDELP0 = 0x25;
const VDELP1 = 0x26;
const VDELBL = 0x27;
const RESMP0 = 0x28;
const RESMP1 = 0x29;
const HMOVE = 0x2a;
const HMCLR = 0x2b;
const CXCLR = 0x2c;

/** Objects, by their place in lists and by their bit. */
const P0 = 0;
const P1 = 1;
const M0 = 2;
const M1 = 3;
const BALL = 4;
const FIELD = 5;
const EVERYTHING = 0x3f;

/** Colour clocks after which a change of the playfield is seen, by the cycle of the line modulo 4: it is read every four pixels. */
const FIELD_DELAY = Uint8Array.of(4, 5, 2, 3);

/** Clocks after which a written register acts: the playfield's have a rule of their own. */
const DELAY = new Uint8Array(0x40);
for (const register of [REFP0, REFP1, GRP0, GRP1, ENAM0, ENAM1, ENABL]) DELAY[register] = 1;

/** Which objects look different after a register has changed. */
const TOUCHES = new Uint8Array(0x40);
TOUCHES[NUSIZ0] = (1 << P0) | (1 << M0);
TOUCHES[NUSIZ1] = (1 << P1) | (1 << M1);
TOUCHES[CTRLPF] = (1 << BALL) | (1 << FIELD);
TOUCHES[REFP0] = TOUCHES[VDELP0] = 1 << P0;
TOUCHES[REFP1] = TOUCHES[VDELP1] = 1 << P1;
TOUCHES[PF0] = TOUCHES[PF1] = TOUCHES[PF2] = 1 << FIELD;
TOUCHES[ENAM0] = TOUCHES[RESMP0] = 1 << M0;
TOUCHES[ENAM1] = TOUCHES[RESMP1] = 1 << M1;
TOUCHES[ENABL] = TOUCHES[VDELBL] = 1 << BALL;

/** Colour clocks from the moment in which a player is due to the first pixel of it. */
const START_CLOCKS = 4;
/** Colour clocks for which one that is being drawn goes on after it was placed elsewhere. */
const REST_CLOCKS = 11;

/** Pixels from the left edge of a player to the middle, where its missile leaves it, by the low bits of NUSIZ. */
const MIDDLE = Uint8Array.of(4, 4, 4, 4, 4, 8, 4, 16);

/**
 * The television interface adaptor: makes a picture of two players, two missiles, a ball and a playfield, line by line while the
 * processor runs, and keeps which of them met.
 *
 * It draws only when something is about to change: from where it was last drawn to where the beam is now, with the registers as they
 * were. Objects are bits of a line, so that collisions are a few operations on whole words.
 */
export class Tia {
  readonly painter: Painter;
  /** Whether the picture is complete: the program has ended its vertical synchronisation. */
  frameEnded = false;
  /** What the inputs 4 and 5 read while nothing is latched: 0x80, or 0 while the button is pressed. */
  readonly buttons = Uint8Array.of(0x80, 0x80);
  /** Cycles after which the capacitors of the four paddles are charged; `NEVER` where none is plugged in. */
  readonly paddleCycles = Int32Array.of(NEVER, NEVER, NEVER, NEVER);
  /** Line since the start of the frame. */
  line = 0;
  /** Cycle, since the start of the frame, in which the present line began. */
  #lineCycle = 0;
  /** Pixels of the present line that are drawn. */
  #drawn = 0;
  readonly #registers = new Uint8Array(0x40);
  readonly #positions = new Int32Array(5);
  /** What GRP0, GRP1 and ENABL were when the other player's graphics changed: what is shown under VDEL…. */
  readonly #delayed = new Uint8Array(3);
  readonly #bits: readonly LineBits[] = Array.from({ length: 6 }, () => new Int32Array(5));
  /** Objects whose bits are out of date, one bit each. */
  #stale = EVERYTHING;
  /** Objects that show anything. */
  #shown = 0;
  /** Players and missiles whose first copy is not drawn before the next line, since they were placed in this one. */
  #waiting = 0;
  /** Whether this line begins with eight black pixels, since objects were moved. */
  #comb = false;
  /** Whether the next one will. */
  #combNext = false;
  /** Collisions: bits 2 r + 1 and 2 r are bits 7 and 6 of the register r. */
  #collisions = 0;
  /** Latched buttons that were pressed. */
  readonly #latched = Uint8Array.of(0x80, 0x80);
  /** Cycle since which the capacitors are charging. */
  #chargedSince = 0;

  readonly #hasComb: boolean;

  /**
   * @param painter takes the lines
   * @param hasComb whether HMOVE at the beginning of a line makes its first eight pixels black, as it does on the chip
   */
  constructor(painter: Painter, hasComb = true) {
    this.painter = painter;
    this.#hasComb = hasComb;
  }

  reset(): void {
    this.frameEnded = true;
    this.line = 0;
    this.#lineCycle = 0;
    this.#drawn = 0;
    this.#registers.fill(0);
    this.#positions.fill(0);
    this.#delayed.fill(0);
    this.#stale = EVERYTHING;
    this.#waiting = 0;
    this.#comb = false;
    this.#combNext = false;
    this.#collisions = 0;
    this.#latched.fill(0x80);
    this.#chargedSince = 0;
  }

  /** Begins a frame in the present line; returns the cycle that is the new 0. */
  startFrame(cycles: number): number {
    this.#advance(cycles, 0);
    this.frameEnded = false;
    this.line = 0;
    this.painter.startLine(0);
    return this.#rebase(this.#lineCycle);
  }

  /** Forgets most of the time that a frame without an end has lasted; returns the cycle that is the new 0. */
  skipTime(): number {
    return this.#rebase(this.#lineCycle - KEPT_LINES * LINE_CYCLES);
  }

  #rebase(origin: number): number {
    this.#lineCycle -= origin;
    // Charged is charged: without a floor, time since then would grow beyond any number.
    this.#chargedSince = Math.max(this.#chargedSince - origin, -(1 << 28));
    return origin;
  }

  /** Draws up to now. */
  finishFrame(cycles: number): void {
    this.#advance(cycles, 0);
  }

  /** Bits that nothing drives keep what was last on the bus. */
  read(register: number, bus: number, cycles: number): number {
    const rest = bus & 0x3f;
    if (register < 8) {
      this.#advance(cycles, 0);
      return (((this.#collisions >> (2 * register)) & 3) << 6) | rest;
    }
    if (register < 12) return this.#readPaddle(register - 8, cycles) | rest;
    if (register < 14) return this.#readButton(register - 12) | rest;
    return rest;
  }

  #readPaddle(paddle: number, cycles: number): number {
    if ((this.#registers[VBLANK] & 0x80) !== 0) return 0;
    return cycles - this.#chargedSince > this.paddleCycles[paddle] ? 0x80 : 0;
  }

  #readButton(player: number): number {
    if ((this.#registers[VBLANK] & 0x40) === 0) return this.buttons[player];
    this.#latched[player] &= this.buttons[player];
    return this.#latched[player];
  }

  /** Writes a register; returns the cycle from which the processor goes on. */
  write(register: number, value: number, cycles: number): number {
    if (cycles >= MAX_LINES * LINE_CYCLES) this.frameEnded = true;
    if (register === WSYNC) {
      const gone = (cycles - this.#lineCycle) % LINE_CYCLES;
      return gone === 0 ? cycles : cycles + LINE_CYCLES - gone;
    }
    if (register >= RESP0 && register <= RESBL) this.#place(register, cycles);
    else if (register >= HMOVE) this.#strobe(register, cycles);
    else if (register === GRP0 || register === GRP1) this.#graphics(register, value, cycles);
    else if (register === VSYNC || register === VBLANK) this.#control(register, value, cycles);
    else if (this.#registers[register] !== value) this.#change(register, value, cycles);
    return cycles;
  }

  #change(register: number, value: number, cycles: number): void {
    if (register < HMP0 || register >= VDELP0) {
      this.#advance(cycles, register >= PF0 && register <= PF2 ? FIELD_DELAY[(cycles - this.#lineCycle) & 3] : DELAY[register]);
      this.#stale |= TOUCHES[register];
    }
    if (register === RESMP0 || register === RESMP1) this.#release(register - RESMP0, value);
    this.#registers[register] = value;
    if (register >= COLUP0 && register <= COLUBK) this.painter.colors[register - COLUP0] = value & 0xfe;
  }

  #control(register: number, value: number, cycles: number): void {
    const before = this.#registers[register];
    if (register === VSYNC) {
      this.#registers[VSYNC] = value;
      if ((before & 2) !== 0 && (value & 2) === 0) this.frameEnded = true;
      return;
    }
    if (((before ^ value) & 2) !== 0) this.#advance(cycles, 0);
    if ((before & 0x80) !== 0 && (value & 0x80) === 0) this.#chargedSince = cycles;
    if ((before & 0x40) === 0 && (value & 0x40) !== 0) this.#latched.fill(0x80);
    this.#registers[VBLANK] = value;
  }

  #graphics(register: number, value: number, cycles: number): void {
    const registers = this.#registers;
    const delayed = this.#delayed;
    const player = register - GRP0;
    const other = 1 - player;
    const old = registers[GRP0 + other];
    const ball = registers[ENABL];
    // What is shown is the new shape of a player that is not delayed, and the other's shape of before where that is.
    let changed = 0;
    if (registers[register] !== value && (registers[VDELP0 + player] & 1) === 0) changed |= 1 << player;
    if (delayed[other] !== old && (registers[VDELP0 + other] & 1) !== 0) changed |= 1 << other;
    if (register === GRP1 && delayed[2] !== ball && (registers[VDELBL] & 1) !== 0) changed |= 1 << BALL;
    if (changed !== 0) {
      this.#advance(cycles, DELAY[register]);
      this.#stale |= changed;
    }
    registers[register] = value;
    delayed[other] = old;
    if (register === GRP1) delayed[2] = ball;
  }

  /** Puts an object where the beam is. */
  #place(register: number, cycles: number): void {
    this.#advance(cycles, 0);
    const object = register - RESP0;
    const pixel = (cycles - this.#lineCycle) * 3 - BLANK_CLOCKS;
    const bit = 1 << object;
    if (object <= P1) {
      const position = pixel < 0 ? 3 : (pixel + 5) % WIDTH;
      const since = clocksSinceCopy(this.#registers[NUSIZ0 + object], (position - this.#positions[object] + WIDTH) % WIDTH);
      // What has begun to be drawn is drawn to its end; what is about to be drawn begins anew at once.
      if (since >= START_CLOCKS) this.#advance(cycles, REST_CLOCKS);
      if (since >= 0 && since < START_CLOCKS) this.#waiting &= ~bit;
      else this.#waiting |= bit;
      this.#positions[object] = position;
    } else this.#positions[object] = pixel < 0 ? 2 : (pixel + 4) % WIDTH;
    this.#stale |= bit;
  }

  #strobe(register: number, cycles: number): void {
    if (register === HMOVE) this.#move(cycles);
    else if (register === HMCLR) this.#registers.fill(0, HMP0, HMP0 + 5);
    else if (register === CXCLR) {
      this.#advance(cycles, 0);
      this.#collisions = 0;
    }
  }

  /** Moves everything by HMOVE. */
  #move(cycles: number): void {
    this.#advance(cycles, 0);
    const cycle = cycles - this.#lineCycle;
    if (cycle <= COMB_CYCLES) this.#comb = true;
    else if (cycle >= LINE_CYCLES - 1) this.#combNext = true;
    for (let object = 0; object < 5; object++) {
      const motion = MOTION[(cycle << 4) | (this.#registers[HMP0 + object] >> 4)];
      if (motion === 0) continue;
      this.#positions[object] = (this.#positions[object] + motion + WIDTH) % WIDTH;
      this.#stale |= 1 << object;
    }
  }

  /** A missile that its player lets go of appears in the middle of it. */
  #release(player: number, value: number): void {
    if ((this.#registers[RESMP0 + player] & 2) === 0 || (value & 2) !== 0) return;
    this.#positions[M0 + player] = (this.#positions[player] + MIDDLE[this.#registers[NUSIZ0 + player] & 7]) % WIDTH;
  }

  /** Draws up to `clocks` colour clocks after `cycles`. */
  #advance(cycles: number, clocks: number): void {
    let pixel = (cycles - this.#lineCycle) * 3 + clocks - BLANK_CLOCKS;
    while (pixel >= WIDTH) {
      if (this.#drawn < WIDTH) this.#draw(WIDTH);
      this.#nextLine();
      pixel -= WIDTH + BLANK_CLOCKS;
    }
    if (pixel > this.#drawn) this.#draw(pixel);
  }

  #nextLine(): void {
    this.#lineCycle += LINE_CYCLES;
    this.line++;
    this.#drawn = 0;
    // What waits for the end of a line waits for that of one in the picture.
    if (this.painter.isVisible) {
      this.#comb = this.#combNext;
      this.#combNext = false;
      this.#stale |= this.#waiting;
      this.#waiting = 0;
    }
    this.painter.startLine(this.line);
  }

  /** Draws the pixels of this line up to `end`. */
  #draw(end: number): void {
    const from = this.#drawn;
    this.#drawn = end;
    if (!this.painter.isVisible) return;
    if ((this.#registers[VBLANK] & 2) !== 0) {
      this.painter.blank(from, end);
      return;
    }
    if (this.#stale !== 0) this.#refresh();
    const objects = this.#shown & ~(1 << FIELD);
    if (objects !== 0 && (this.#shown & (this.#shown - 1)) !== 0) this.#collide(from, end);
    if (this.painter.isDrawing) this.painter.paint(this.#bits, this.#shown, this.#registers[CTRLPF], from, end);
    // What meets behind the comb has met.
    if (this.#comb && from < 8 && this.#hasComb) this.painter.blank(from, Math.min(8, end));
  }

  #refresh(): void {
    const registers = this.#registers;
    const stale = this.#stale;
    this.#stale = 0;
    for (let player = P0; player <= P1; player++) {
      if ((stale & (1 << player)) !== 0) this.#refreshPlayer(player);
      if ((stale & (1 << (M0 + player))) !== 0) {
        const isShown = (registers[ENAM0 + player] & 2) !== 0 && (registers[RESMP0 + player] & 2) === 0;
        const isWaiting = (this.#waiting & (1 << (M0 + player))) !== 0;
        coverMissile(this.#bits[M0 + player], this.#positions[M0 + player], registers[NUSIZ0 + player], isShown, isWaiting);
        this.#note(M0 + player, isShown);
      }
    }
    if ((stale & (1 << BALL)) !== 0) {
      const isShown = (((registers[VDELBL] & 1) !== 0 ? this.#delayed[2] : registers[ENABL]) & 2) !== 0;
      coverBall(this.#bits[BALL], this.#positions[BALL], registers[CTRLPF], isShown);
      this.#note(BALL, isShown);
    }
    if ((stale & (1 << FIELD)) !== 0) {
      coverPlayfield(this.#bits[FIELD], registers[PF0], registers[PF1], registers[PF2], (registers[CTRLPF] & 1) !== 0);
      this.#note(FIELD, (registers[PF0] & 0xf0) !== 0 || registers[PF1] !== 0 || registers[PF2] !== 0);
    }
  }

  #refreshPlayer(player: number): void {
    const registers = this.#registers;
    const shape = (registers[VDELP0 + player] & 1) !== 0 ? this.#delayed[player] : registers[GRP0 + player];
    const isReflected = (registers[REFP0 + player] & 8) !== 0;
    const isWaiting = (this.#waiting & (1 << player)) !== 0;
    coverPlayer(
      this.#bits[player],
      this.#positions[player],
      registers[NUSIZ0 + player],
      isReflected ? shape : REVERSED[shape],
      isWaiting,
    );
    this.#note(player, shape !== 0);
  }

  #note(object: number, isShown: boolean): void {
    if (isShown) this.#shown |= 1 << object;
    else this.#shown &= ~(1 << object);
  }

  /** Keeps which objects meet between two pixels of this line. */
  #collide(from: number, end: number): void {
    const bits = this.#bits;
    const last = (end - 1) >> 5;
    for (let word = from >> 5; word <= last; word++) {
      let seen = -1;
      if (word === from >> 5) seen <<= from & 31;
      if (word === last) seen &= -1 >>> (31 - ((end - 1) & 31));
      const p0 = bits[P0][word] & seen;
      const p1 = bits[P1][word] & seen;
      const m0 = bits[M0][word] & seen;
      const m1 = bits[M1][word] & seen;
      const ball = bits[BALL][word] & seen;
      const field = bits[FIELD][word] & seen;
      if ((p0 | p1 | m0 | m1 | ball) === 0) continue;
      let met = 0;
      if ((m0 & p1) !== 0) met |= 0x0002;
      if ((m0 & p0) !== 0) met |= 0x0001;
      if ((m1 & p0) !== 0) met |= 0x0008;
      if ((m1 & p1) !== 0) met |= 0x0004;
      if ((p0 & field) !== 0) met |= 0x0020;
      if ((p0 & ball) !== 0) met |= 0x0010;
      if ((p1 & field) !== 0) met |= 0x0080;
      if ((p1 & ball) !== 0) met |= 0x0040;
      if ((m0 & field) !== 0) met |= 0x0200;
      if ((m0 & ball) !== 0) met |= 0x0100;
      if ((m1 & field) !== 0) met |= 0x0800;
      if ((m1 & ball) !== 0) met |= 0x0400;
      if ((ball & field) !== 0) met |= 0x2000;
      if ((p0 & p1) !== 0) met |= 0x8000;
      if ((m0 & m1) !== 0) met |= 0x4000;
      this.#collisions |= met;
    }
  }

  /** Writes everything that can change to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    let next = at;
    for (const array of [this.#registers, this.#positions, this.#delayed, this.#latched, this.buttons, this.paddleCycles]) {
      for (const value of array) out[next++] = value;
    }
    out[next++] = this.frameEnded ? 1 : 0;
    out[next++] = this.line;
    out[next++] = this.#lineCycle;
    out[next++] = this.#drawn;
    out[next++] = this.#waiting;
    out[next++] = this.#comb ? 1 : 0;
    out[next++] = this.#combNext ? 1 : 0;
    out[next++] = this.#collisions;
    out[next++] = this.#chargedSince;
    return this.painter.save(out, next);
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    let next = at;
    for (const array of [this.#registers, this.#positions, this.#delayed, this.#latched, this.buttons, this.paddleCycles]) {
      for (let i = 0; i < array.length; i++) array[i] = from[next++];
    }
    this.frameEnded = from[next++] === 1;
    this.line = from[next++];
    this.#lineCycle = from[next++];
    this.#drawn = from[next++];
    this.#waiting = from[next++];
    this.#comb = from[next++] === 1;
    this.#combNext = from[next++] === 1;
    this.#collisions = from[next++];
    this.#chargedSince = from[next++];
    this.#stale = EVERYTHING;
    const end = this.painter.load(from, next);
    this.painter.startLine(this.line);
    return end;
  }
}
