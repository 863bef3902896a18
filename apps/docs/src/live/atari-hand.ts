import { ACTION_NAMES, AtariEnv, atariOptions, atariSpec, homebrewGames } from '@zpin/atari';
import { readValues } from '@zpin/contracts';
import type { AtariSettings } from './atari-messages.ts';
import { toRgba } from './to-rgba.ts';

const names: readonly string[] = ACTION_NAMES;

/** What a reader can hold down. */
export type Held = 'LEFT' | 'RIGHT' | 'FIRE';

/** The action for what is held: left and right together are neither. */
export function actionOf(held: ReadonlySet<Held>): number {
  const side = held.has('LEFT') === held.has('RIGHT') ? '' : held.has('LEFT') ? 'LEFT' : 'RIGHT';
  return names.indexOf(`${side}${held.has('FIRE') ? 'FIRE' : ''}` || 'NOOP');
}

/** A game that a reader plays, frame by frame. */
export class AtariHand {
  readonly #env: AtariEnv;
  readonly held = new Set<Held>();
  score = 0;
  isOver = false;

  constructor(name: AtariSettings['game'], seed: number) {
    const game = homebrewGames.find(known => known.name === name);
    if (!game?.cartridge) throw new Error(`AtariHand: the game must bring its cartridge, got ${name}.`);
    const options = { obsType: 'ram', frameSkip: 1, stickyProbability: 0, fullActionSpace: true };
    this.#env = new AtariEnv(atariSpec(name, game.actions), game, game.cartridge(), readValues(atariOptions, options, name));
    this.#env.reset({ seed });
  }

  /** Plays a sixtieth of a second. A game that is over begins anew with FIRE. @returns the picture, RGBA */
  frame(): Uint8ClampedArray<ArrayBuffer> {
    if (this.isOver && this.held.has('FIRE')) {
      this.#env.reset();
      this.score = 0;
      this.isOver = false;
    } else if (!this.isOver) {
      const { reward, terminated } = this.#env.step(actionOf(this.held));
      this.score += reward;
      this.isOver = terminated;
    }
    return toRgba(this.#env.render()).pixels;
  }
}
