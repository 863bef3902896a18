import { CheckpointError, message } from '@zpin/contracts';
import { Bus } from './bus.ts';
import { Cartridge, type Scheme } from './cartridge.ts';
import { CompiledProgram } from './compiler/compiled-program.ts';
import { type Controller, Controls } from './controls.ts';
import { Painter } from './painter.ts';
import { BLUE, GRAY, GREEN, RED } from './palette.ts';
import { PowerOnNoise } from './power-on.ts';
import { Processor } from './processor.ts';
import { Riot } from './riot.ts';
import { Tia } from './tia.ts';

/** Columns and rows of a picture. */
export const SCREEN_WIDTH = 160;
export const SCREEN_HEIGHT = 210;

/** Instructions after which a frame is given up, should a program never end its picture. */
const MAX_INSTRUCTIONS = 25_000;
/** Cycles from which a frame that does not end is counted anew, so that numbers stay small. */
const MAX_CYCLES = 1 << 24;

/** Integers that hold any state: the picture takes most of it. */
const ROOM_FOR_STATE = (SCREEN_WIDTH * SCREEN_HEIGHT) / 4 + 1024;

/** Switches at rest: nothing pressed, colour, both difficulties B. */
const SWITCHES = 0x3f;
const RESET_SWITCH = 0x01;
const SELECT_SWITCH = 0x02;
/** What the timer holds after power-on without noise. */
const PLAIN_TIMER = 25;

export interface ConsoleOptions {
  /** How the cartridge switches banks; omitted, its content tells. */
  readonly scheme?: Scheme;
  /** What is plugged into the left port. Default `'joystick'`. */
  readonly controller?: Controller;
  /** Line after the vertical synchronisation that is the first of the picture. Default 34. */
  readonly firstLine?: number;
  /** Whether HMOVE blackens the first eight pixels of a line, as it does on the chip. Default true. */
  readonly hasComb?: boolean;
  /**
   * `'zeros'` (default): memory is clear after power-on. `'ale'`: memory and timer hold what they hold in the Arcade Learning
   * Environment, and differ from one reset to the next as they do there.
   */
  readonly powerOn?: 'zeros' | 'ale';
  /**
   * Whether the program is compiled to WebAssembly once it has run for a while, which makes it faster, 1.7 times in the median of
   * 26 games, and changes nothing else. Default true; without WebAssembly it is interpreted.
   */
  readonly compiles?: boolean;
}

/**
 * An Atari 2600 with a cartridge in it: 6507, TIA, RIOT, controllers and switches. It runs frame by frame; nothing is allocated while
 * it runs.
 */
export class Console {
  readonly cartridge: Cartridge;
  readonly controls: Controls;
  readonly #painter: Painter;
  readonly #tia: Tia;
  readonly #riot: Riot;
  readonly #bus: Bus;
  readonly #processor: Processor;
  readonly #noise: PowerOnNoise | null;
  /** Fills the memory of a cartridge; absent where that is clear after power-on. */
  readonly #nextByte: (() => number) | undefined;
  readonly #stateSize: number;
  #difficulty = 0;

  /** @throws InputError when no scheme of bank switching fits the size of `rom` */
  constructor(rom: Uint8Array, options: ConsoleOptions = {}) {
    const { controller = 'joystick', firstLine = 34, hasComb = true, powerOn = 'zeros', compiles = true } = options;
    this.cartridge = new Cartridge(rom, options.scheme);
    this.#painter = new Painter(firstLine, SCREEN_HEIGHT);
    this.#tia = new Tia(this.#painter, hasComb);
    const memory = compiles && CompiledProgram.fits(this.cartridge) ? CompiledProgram.memory() : null;
    this.#riot = new Riot(memory ? new Uint8Array(memory.buffer, 0, 128) : undefined);
    this.controls = new Controls(this.#tia, this.#riot, controller);
    this.#bus = new Bus(this.#tia, this.#riot, this.cartridge);
    this.#processor = new Processor(this.#bus, memory && new CompiledProgram(this.#bus, memory));
    const noise = powerOn === 'ale' ? new PowerOnNoise() : null;
    this.#noise = noise;
    this.#nextByte = noise ? () => noise.next() & 0xff : undefined;
    this.#stateSize = this.save(new Int32Array(ROOM_FOR_STATE));
    this.powerOn();
  }

  /** `[128]`: the console's memory, live. */
  get ram(): Uint8Array {
    return this.#riot.ram;
  }

  /** `[210, 160]`: the picture as colours of the program, even numbers in [0, 254], live. `RED` … and `GRAY` tell what they look like. */
  get picture(): Uint8Array {
    return this.#painter.picture;
  }

  /** Whether pictures are drawn. A frame without one runs faster and is the same in everything else. */
  get isDrawing(): boolean {
    return this.#painter.isWanted;
  }

  set isDrawing(isWanted: boolean) {
    this.#painter.isWanted = isWanted;
  }

  /** Difficulty switches: bit 0 is the left player's, bit 1 the right one's; 1 is A, the harder. */
  set difficulty(bits: number) {
    this.#difficulty = bits & 3;
    this.#press(0);
  }

  /** Plugs the console in: memory as after power-on, and one reset. */
  powerOn(): void {
    this.#noise?.restart();
    const { ram } = this.#riot;
    for (let i = 0; i < ram.length; i++) ram[i] = this.#noise ? this.#noise.next() & 0xff : 0;
    this.#painter.clear();
    // Memory of a cartridge is filled here once, and with each reset.
    this.cartridge.reset(this.#nextByte);
    // A draw that only moves the generator on, as the original does before it starts.
    this.#noise?.next();
    this.reset();
  }

  /** Starts the program anew. Memory stays as it is, which programs do not rely on. */
  reset(): void {
    this.#tia.reset();
    this.#riot.reset(this.#noise ? 25 + (this.#noise.next() % 75) : PLAIN_TIMER);
    this.cartridge.reset(this.#nextByte);
    this.#processor.reset();
    this.#press(0);
    this.controls.reset();
  }

  /** Draws one word of the noise of power-on, where there is some. */
  skipNoise(): void {
    this.#noise?.next();
  }

  /** Runs until the picture is complete. */
  frame(): void {
    const { cycles } = this.#processor;
    if (this.#tia.frameEnded) this.#rebase(this.#tia.startFrame(cycles));
    else if (cycles > MAX_CYCLES) this.#rebase(this.#tia.skipTime());
    this.#processor.run(MAX_INSTRUCTIONS);
    this.#tia.finishFrame(this.#processor.cycles);
  }

  #rebase(origin: number): void {
    this.#processor.cycles -= origin;
    this.#riot.rebase(origin);
  }

  /** Holds the reset switch for some frames. */
  holdReset(frames: number): void {
    this.#hold(RESET_SWITCH, frames);
  }

  /** Holds the select switch for some frames. */
  holdSelect(frames: number): void {
    this.#hold(SELECT_SWITCH, frames);
  }

  #hold(bit: number, frames: number): void {
    this.#press(bit);
    for (let i = 0; i < frames; i++) this.frame();
    this.#press(0);
  }

  #press(bits: number): void {
    this.#riot.switches = (SWITCHES & ~bits) | (this.#difficulty << 6);
  }

  /** Writes the picture as RGB, `[210, 160, 3]`, from `out[offset]` on. */
  writeRgb(out: Uint8Array, offset = 0): void {
    const { picture } = this.#painter;
    for (let i = 0, at = offset; i < picture.length; i++, at += 3) {
      const color = picture[i];
      out[at] = RED[color];
      out[at + 1] = GREEN[color];
      out[at + 2] = BLUE[color];
    }
  }

  /** Writes the picture as grey values, `[210, 160]`, from `out[offset]` on. */
  writeGray(out: Uint8Array, offset = 0): void {
    this.#painter.translate(GRAY, out, offset);
  }

  /** Integers that a state has. */
  get stateSize(): number {
    return this.#stateSize;
  }

  /** Writes everything that can change, the picture included, to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at = 0): number {
    let next = this.#processor.save(out, at);
    next = this.#tia.save(out, next);
    next = this.cartridge.save(out, next);
    next = this.controls.save(out, next);
    out[next] = this.#difficulty;
    out[next + 1] = this.#noise?.drawn ?? 0;
    return this.#riot.save(out, next + 2);
  }

  /** Reads what `save` wrote, so that the console goes on bit for bit; returns where the next may read. */
  load(from: Int32Array, at = 0): number {
    let next = this.#processor.load(from, at);
    next = this.#tia.load(from, next);
    next = this.cartridge.load(from, next);
    next = this.controls.load(from, next);
    this.#difficulty = from[next];
    this.#noise?.goTo(from[next + 1]);
    return this.#riot.load(from, next + 2);
  }

  /** Exact snapshot. */
  state(): Int32Array {
    const state = new Int32Array(this.#stateSize);
    this.save(state);
    return state;
  }

  /**
   * Goes on from where `state` was taken.
   * @throws CheckpointError when it is none of a console
   */
  restore(state: Int32Array): void {
    if (state.length !== this.#stateSize) {
      const expectation = `a state must have ${this.#stateSize} integers`;
      throw new CheckpointError(message('Console.restore', expectation, state.length, 'Restore what state() returned'));
    }
    this.load(state);
  }
}
