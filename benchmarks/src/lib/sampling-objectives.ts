import { Rng } from '@zpin/contracts';
import type { Direction, Params, SearchSpace } from '@zpin/sweep';

/** A function whose optimum is known, to compare samplers on; `python/optuna_sampling.py` has the same. */
export interface Objective {
  readonly direction: Direction;
  readonly optimum: number;
  readonly space: SearchSpace;
  /** The true value of a point. */
  value(params: Params): number;
  /** What a sampler is told of a true value: the same for each sampler of one seed. */
  observe(value: number, seed: number, trial: number): number;
}

const unit = { type: 'float', low: 0, high: 1 } as const;

export const OBJECTIVES: Readonly<Record<string, Objective>> = {
  Branin: {
    direction: 'minimize',
    optimum: 0.39788735772973816,
    space: { x: { type: 'float', low: -5, high: 10 }, y: { type: 'float', low: 0, high: 15 } },
    value({ x, y }) {
      const [a, b] = [Number(x), Number(y)];
      const bent = b - (5.1 / (4 * Math.PI ** 2)) * a ** 2 + (5 / Math.PI) * a - 6;
      return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10;
    },
    observe: value => value,
  },
  'Hartmann-6': {
    direction: 'minimize',
    optimum: -3.322368011415515,
    space: { a: unit, b: unit, c: unit, d: unit, e: unit, f: unit },
    value: params => hartmann6(Object.values(params).map(Number)),
    observe: value => value,
  },
  'noisy RL surrogate': {
    direction: 'maximize',
    optimum: 500,
    space: {
      learningRate: { type: 'float', low: 1e-5, high: 0.1, log: true },
      gamma: { type: 'float', low: 0.8, high: 0.9999 },
      entropyCoefficient: { type: 'float', low: 1e-8, high: 0.1, log: true },
      rolloutLength: { type: 'int', low: 8, high: 2048, log: true },
      epochs: { type: 'int', low: 1, high: 20 },
      network: { type: 'categorical', choices: ['small', 'medium', 'large'] },
    },
    value: params => meanReturn(params),
    // Seeds differ, and one training in ten collapses.
    observe(value, seed, trial) {
      const rng = new Rng([seed, trial]);
      const isCollapsed = rng.random() < 0.1;
      return (isCollapsed ? 0.3 : 1) * value + 30 * rng.standardNormal();
    },
  },
};

/** A hill of 500, reached along a ridge of learning rate, length of rollouts and size of the network. */
function meanReturn({ learningRate, gamma, entropyCoefficient, rolloutLength, epochs, network }: Params): number {
  const size = ['small', 'medium', 'large'].indexOf(String(network));
  const length = Math.log2(Number(rolloutLength));
  const rate = Math.log10(Number(learningRate)) + 3.3 + 0.35 * size - 0.0625 * (length - 8);
  const noise = Math.max(0, Math.log10(Number(entropyCoefficient)) + 2.5);
  const misfit =
    (rate / 0.7) ** 2 +
    ((Number(gamma) - 0.98) / 0.05) ** 2 +
    0.6 * noise ** 2 +
    ((length - 9) / 4) ** 2 +
    0.5 * ((Number(epochs) - 8) / 8) ** 2 +
    [0.3, 0, 0.1][size];
  return 500 * Math.exp(-misfit);
}

const HEIGHTS = [1, 1.2, 3, 3.2];
const WIDTHS = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

function hartmann6(x: readonly number[]): number {
  return -HEIGHTS.reduce((sum, height, hill) => {
    const distance = x.reduce((total, at, i) => total + WIDTHS[hill][i] * (at - CENTRES[hill][i]) ** 2, 0);
    return sum + height * Math.exp(-distance);
  }, 0);
}
