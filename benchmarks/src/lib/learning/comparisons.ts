import { linePlot, meanAndBand } from '@zpin/plot';
import { CURVE_POINTS, type PresetResult } from './results.ts';

/** Algorithms whose learning curves on one environment are drawn in one picture. */
export interface Comparison {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly env: string;
  readonly algorithms: readonly string[];
  /** Where some take a hundred times as many steps as others. */
  readonly logX?: boolean;
}

export const comparisons: readonly Comparison[] = [
  {
    name: 'hopper',
    title: 'Hopper: policy gradients, and actor-critics with a replay memory',
    env: 'Hopper-v5',
    algorithms: ['vpg', 'npg', 'trpo', 'ppo', 'ddpg', 'td3', 'sac'],
  },
  {
    name: 'pendulum',
    title: 'Pendulum: policy gradients, and actor-critics with a replay memory',
    env: 'Pendulum-v1',
    algorithms: ['actor-critic', 'a2c', 'npg', 'trpo', 'ppo', 'ddpg', 'td3', 'sac'],
    logX: true,
  },
  {
    name: 'lunar-lander',
    title: 'LunarLander: values, policies and options',
    env: 'LunarLander-v3',
    algorithms: ['dqn', 'double-dqn', 'dueling-double-dqn', 'rainbow', 'ppo', 'off-policy-option-critic'],
  },
  {
    name: 'mountain-car',
    title: 'MountainCar: values and policies',
    env: 'MountainCar-v0',
    algorithms: ['dqn', 'qr-dqn', 'rainbow', 'ppo', 'trpo'],
  },
];

/**
 * The curves of those algorithms that were measured, as an SVG: mean return of training episodes over seeds, with a band of one standard
 * deviation; null where fewer than two were. Each line ends where its training does.
 */
export function comparisonPicture(
  { title, env, algorithms, logX = false }: Comparison,
  results: readonly PresetResult[],
): string | null {
  const found = algorithms.flatMap(algo => results.filter(result => result.algo === algo && result.env === env));
  if (found.length < 2) return null;
  const longest = Math.max(...found.map(({ steps }) => steps));
  const first = Math.min(...found.map(({ steps }) => steps)) / CURVE_POINTS;
  const stepAt = (share: number) => (logX ? first * (longest / first) ** share : share * longest);
  const x = Array.from({ length: CURVE_POINTS }, (_, k) => Math.round(stepAt((k + 1) / CURVE_POINTS)));
  const lines = found.map(({ algo, steps, runs }) =>
    meanAndBand(
      `${algo} (${runs.length})`,
      runs.map(({ curve }) => resampled(curve, steps, x)),
    ),
  );
  const caption = `In brackets: seeds. Band: one standard deviation. pnpm bench learning --env ${env} --write`;
  return linePlot(title, caption, [{ xLabel: 'environment steps', yLabel: 'return of training episodes', x, lines, logX }]);
}

/** A curve of `steps` at the given steps: null behind its end. Where no episode ended, the value before holds. */
function resampled(curve: readonly (number | null)[], steps: number, x: readonly number[]): (number | null)[] {
  let last: number | null = null;
  const filled = curve.map(value => {
    last = value ?? last;
    return last;
  });
  return x.map(step => (step > steps ? null : filled[Math.ceil((step / steps) * curve.length) - 1]));
}
