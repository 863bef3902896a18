import { box, discrete, type EnvSpec, type Frame, field, type NumericArray, readValues, type ValuesOf } from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas, type Color } from '../render/canvas.ts';

/** Cells per side of the board. */
export const SIZE = 10;

// Codes of the six actions that all games share.
export const LEFT = 1;
export const UP = 2;
export const RIGHT = 3;
export const DOWN = 4;
export const FIRE = 5;

/** Pixels per cell. */
const CELL = 16;

const palette: readonly Color[] = [
  [241, 196, 15],
  [231, 76, 60],
  [120, 124, 135],
  [52, 152, 219],
  [46, 204, 113],
  [155, 89, 182],
  [230, 126, 34],
  [26, 188, 156],
  [236, 240, 241],
  [253, 160, 190],
];

const ALL_ACTIONS = [0, LEFT, UP, RIGHT, DOWN, FIRE];

export const minAtarOptions = {
  stickyProbability: field.probability({
    default: 0.1,
    meaning: 'probability that the previous action is played instead of the chosen one',
  }),
  difficultyRamping: field.boolean({ default: true, meaning: 'whether the game gets faster with time' }),
  minimalActions: field.boolean({ default: true, meaning: 'whether to offer only the actions that do something' }),
};

export type MinAtarOptions = ValuesOf<typeof minAtarOptions>;

/** What distinguishes a game: its channels, its useful actions, and the numbers its state takes. */
export interface MinAtarRules {
  readonly channels: readonly string[];
  readonly minimalActions: readonly number[];
  readonly stateSize: number;
}

/** Spec of version v1 (useful actions only) of a game; `minimalActions: false` gives all six. */
export function minAtarSpec(name: string, { channels, minimalActions }: MinAtarRules): EnvSpec {
  return {
    id: `MinAtar/${name}-v1`,
    observationSpace: box({ low: 0, high: 1, shape: [SIZE, SIZE, channels.length], dtype: 'uint8' }),
    actionSpace: discrete(minimalActions.length),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
}

/**
 * A miniature Atari game on 10 × 10 cells, by the rules of MinAtar (Young and Tian 2019). Observation `[10, 10, C]`: row, column,
 * channel; 1 where the channel's thing is. Actions: stay (0), left, up, right, down, fire, or those of them that the game uses.
 */
export abstract class MinAtarGame extends ArrayEnv<Uint8Array, number> {
  readonly channels: readonly string[];
  /** The last action, then the game's own state. */
  protected override readonly world: Int32Array;
  protected readonly isRamping: boolean;
  readonly #actions: readonly number[];
  readonly #stickyProbability: number;

  protected constructor(spec: EnvSpec, rules: MinAtarRules, options: Partial<MinAtarOptions>) {
    const { stickyProbability, difficultyRamping, minimalActions } = readValues(minAtarOptions, options, spec.id);
    const actions = minimalActions ? rules.minimalActions : ALL_ACTIONS;
    super({ ...spec, actionSpace: discrete(actions.length) });
    this.#actions = actions;
    this.channels = rules.channels;
    this.world = new Int32Array(1 + rules.stateSize);
    this.isRamping = difficultyRamping;
    this.#stickyProbability = stickyProbability;
  }

  /** Sets up the board. `world` is all 0. */
  protected abstract setUp(): void;

  /** Plays one action code: changes the board, adds to `reward`, and sets `terminated` at the end of the game. */
  protected abstract act(action: number): void;

  /** Marks things by `mark`. */
  protected abstract draw(out: NumericArray, offset: number): void;

  protected override start(): void {
    this.world.fill(0);
    this.setUp();
  }

  protected override advance(actions: NumericArray, offset: number): void {
    const { world } = this;
    const isStuck = this.#stickyProbability > 0 && this.rng.random() < this.#stickyProbability;
    if (!isStuck) world[0] = this.#actions[actions[offset]];
    this.act(world[0]);
  }

  protected override observe(out: NumericArray, offset: number): void {
    out.fill(0, offset, offset + SIZE * SIZE * this.channels.length);
    this.draw(out, offset);
  }

  /** Later channels cover earlier ones. */
  render(): Frame {
    const canvas = new Canvas(SIZE * CELL, SIZE * CELL, [24, 26, 32]);
    const count = this.channels.length;
    const obs = new Uint8Array(SIZE * SIZE * count);
    this.observe(obs, 0);
    for (let i = 0; i < obs.length; i++) {
      if (obs[i] === 0) continue;
      const x = (Math.floor(i / count) % SIZE) * CELL;
      const y = Math.floor(i / count / SIZE) * CELL;
      canvas.rect(x + 1, y + 1, x + CELL - 1, y + CELL - 1, palette[i % count]);
    }
    return canvas.frame();
  }

  /** Sets the cell of a channel; does nothing when x is off the board. */
  protected mark(out: NumericArray, offset: number, x: number, y: number, channel: number): void {
    if (x >= 0 && x < SIZE) out[offset + (y * SIZE + x) * this.channels.length + channel] = 1;
  }
}

/** The two versions of a game: v1 offers the useful actions, v0 all six, as the originals do. */
export function minAtarEntries(
  spec: EnvSpec,
  summary: string,
  Game: new (spec: EnvSpec, options: MinAtarOptions) => MinAtarGame,
): EnvEntry[] {
  const entry = (version: EnvSpec, options: typeof minAtarOptions): EnvEntry<typeof minAtarOptions> => {
    return { spec: version, summary, options, create: (wanted, values) => new Game(wanted, values) };
  };
  const v0 = { ...spec, id: spec.id.replace('-v1', '-v0'), actionSpace: discrete(ALL_ACTIONS.length) };
  return [
    entry(spec, minAtarOptions),
    entry(v0, { ...minAtarOptions, minimalActions: { ...minAtarOptions.minimalActions, default: false } }),
  ];
}
