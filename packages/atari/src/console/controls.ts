import { InputError, message } from '@zpin/contracts';
import type { Riot } from './riot.ts';
import type { Tia } from './tia.ts';

/** Bits of what is done to a joystick. */
export const UP = 1;
export const RIGHT = 2;
export const LEFT = 4;
export const DOWN = 8;
export const FIRE = 16;

/** The eighteen actions of the Arcade Learning Environment, in its order. */
export const ACTION_NAMES = [
  'NOOP',
  'FIRE',
  'UP',
  'RIGHT',
  'LEFT',
  'DOWN',
  'UPRIGHT',
  'UPLEFT',
  'DOWNRIGHT',
  'DOWNLEFT',
  'UPFIRE',
  'RIGHTFIRE',
  'LEFTFIRE',
  'DOWNFIRE',
  'UPRIGHTFIRE',
  'UPLEFTFIRE',
  'DOWNRIGHTFIRE',
  'DOWNLEFTFIRE',
] as const;

/** Numbers of some of them. */
export const FIRE_ACTION = 1;
export const RIGHT_ACTION = 3;

const NAMES = { UP, RIGHT, LEFT, DOWN, FIRE };

/** What each of the actions does to a joystick. */
export const ACTION_BITS: Uint8Array = Uint8Array.from(ACTION_NAMES, name =>
  Object.entries(NAMES).reduce((bits, [part, bit]) => (name.includes(part) ? bits | bit : bits), 0),
);

/** Resistance of a paddle at its ends, in ohms, and how far a frame turns it. */
const LEAST_OHMS = 27450;
const MOST_OHMS = 790196;
const TURN_OHMS = 23000;
/** Cycles in which the capacitor of a paddle is charged, by the ohm: 1.6 R C with 10 nF, at 1.19 MHz. */
const CYCLES_PER_OHM = 1.6 * 0.01e-6 * 1.19e6;
const MIDDLE_OHMS = Math.floor((LEAST_OHMS + MOST_OHMS) / 2);

/** What is plugged into the left port: a joystick, or two paddles of which the game is played with one. */
export type Controller = 'joystick' | 'paddle0' | 'paddle1';

/** The hand of the player on the controller, which holds one of the eighteen actions for a frame. */
export class Controls {
  readonly #tia: Tia;
  readonly #riot: Riot;
  readonly #controller: Controller;
  #ohms = MIDDLE_OHMS;

  constructor(tia: Tia, riot: Riot, controller: Controller) {
    this.#tia = tia;
    this.#riot = riot;
    this.#controller = controller;
  }

  /** Lets go of everything; a paddle goes to the middle. */
  reset(): void {
    this.#ohms = MIDDLE_OHMS;
    if (this.#controller !== 'joystick') {
      const middle = Math.floor(MIDDLE_OHMS * CYCLES_PER_OHM);
      this.#tia.paddleCycles.set([middle, middle, 0, 0]);
    }
    this.hold(0);
  }

  /** Holds an action for the frame that comes. @throws InputError unless it is one of the eighteen */
  hold(action: number): void {
    const bits = ACTION_BITS[action];
    if (bits === undefined) {
      const expectation = `an action must be an integer in [0, ${ACTION_NAMES.length - 1}]`;
      throw new InputError(message('Controls.hold', expectation, action, 'Use a place in ACTION_NAMES'));
    }
    if (this.#controller === 'joystick') {
      this.#riot.joysticks = 0xff & ~(((bits & UP) << 4) | ((bits & DOWN) << 2) | ((bits & LEFT) << 4) | ((bits & RIGHT) << 6));
      this.#tia.buttons[0] = (bits & FIRE) !== 0 ? 0 : 0x80;
      return;
    }
    const paddle = this.#controller === 'paddle0' ? 0 : 1;
    if ((bits & RIGHT) !== 0) this.#ohms = Math.max(LEAST_OHMS, this.#ohms - TURN_OHMS);
    if ((bits & LEFT) !== 0) this.#ohms = Math.min(MOST_OHMS, this.#ohms + TURN_OHMS);
    this.#tia.paddleCycles[paddle] = Math.floor(this.#ohms * CYCLES_PER_OHM);
    this.#riot.joysticks = (bits & FIRE) === 0 ? 0xff : paddle === 0 ? 0x7f : 0xbf;
  }

  /** Writes what can change to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out[at] = this.#ohms;
    return at + 1;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    this.#ohms = from[at];
    return at + 1;
  }
}
