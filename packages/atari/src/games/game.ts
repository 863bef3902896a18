import type { Controller } from '../console/controls.ts';

/** What a program keeps in its memory about the course of a game. `ram` are the console's 128 bytes; addresses are 0x80 … 0xff. */
export interface Rules {
  /** Points so far; the difference from one frame to the next is the reward. */
  score(ram: Uint8Array): number;
  /** Points after which the counter begins at 0 again. */
  readonly scoreWraps?: number;
  /** Bounds of the reward of one frame. */
  readonly rewardBounds?: readonly [low: number, high: number];
  /** Whether the last frame of a game pays nothing. */
  readonly paysNothingAtEnd?: boolean;
  /** Lives that are left while the game goes on; `before` is what was left a frame ago. Absent: the game has none. */
  lives?(ram: Uint8Array, before: number): number;
  /** Lives at the start, where `lives` depends on those before. */
  readonly firstLives?: number;
  /** Whether the game is over; `lives` as above. */
  isOver(ram: Uint8Array, lives: number): boolean;
}

/** What the select switch chooses among. */
export interface Modes {
  /** Presses that lead to each mode, by its number; the first one is that of the game as it starts. */
  readonly presses: ReadonlyMap<number, number>;
  /** Frames for which each press lasts. */
  readonly held: number;
}

/** One game: its cartridge, how it is played, and what its memory tells. */
export interface Game {
  /** Name in ids: `Atari/<name>-v5`. */
  readonly name: string;
  /** The bytes of the cartridge, where this package brings it. */
  cartridge?(): Uint8Array;
  readonly summary: string;
  /** The actions that do something, of the eighteen. */
  readonly actions: readonly number[];
  readonly controller?: Controller;
  /** Line of a frame that is the first of the picture; 34 when omitted. */
  readonly firstLine?: number;
  /** False where HMOVE is to blacken nothing. */
  readonly hasComb?: boolean;
  /** Settings of the difficulty switches that the game knows: bit 0 is the left player's. */
  readonly difficulties: readonly number[];
  /** Its modes, where there are several. */
  readonly modes?: Modes;
  /** Actions that are played, a frame each, after a reset. */
  readonly startActions?: readonly number[];
  /** Where the program keeps the state of its generator: an episode starts with a number from 1 to 255 there, by the seed. */
  readonly chanceAddress?: number;
  readonly rules: Rules;
}

/** A game whose cartridge the user brings. */
export interface CartridgeGame extends Game {
  /** File in which the Arcade Learning Environment has it. */
  readonly file: string;
  /** SHA-1 of its bytes, in hexadecimal. */
  readonly sha1: string;
}

/** The byte at `address`. */
export function byte(ram: Uint8Array, address: number): number {
  return ram[address & 0x7f];
}

/** The byte at `address` as a number in [-128, 127]. */
export function signed(ram: Uint8Array, address: number): number {
  return (ram[address & 0x7f] << 24) >> 24;
}

/** Decimal digits in the halves of bytes, from the lowest pair on. */
export function decimal(ram: Uint8Array, ...addresses: readonly number[]): number {
  let value = 0;
  for (let i = addresses.length - 1; i >= 0; i--) {
    const pair = ram[addresses[i] & 0x7f];
    value = 100 * value + 10 * (pair >> 4) + (pair & 15);
  }
  return value;
}
