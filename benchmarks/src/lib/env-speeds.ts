import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import '@zpin/atari/register';
import { createRows, flatten, type NumericArray, Rng, type Space, sample, type VectorEnv } from '@zpin/contracts';
import { loadEnv, makeVectorEnv } from '@zpin/envs';
import { table } from './table.ts';

/** Milliseconds of warm-up and of measuring for each environment. */
const WARM_UP = 300;
const MEASURED = 1000;
/** Rounds of steps between two looks at the heap; few enough that nothing is collected in between. */
const HEAP_ROUNDS = 2000;

/** Environments to time, the copies that are stepped together, and their wrappers: physics is timed alone. */
const CASES: readonly (readonly [id: string, copies: number, ...wrappers: string[]])[] = [
  ...['CartPole-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Pendulum-v1', 'Acrobot-v1'].map(id => [id, 64] as const),
  ...['Breakout', 'Freeway', 'Asterix', 'Seaquest', 'SpaceInvaders'].map(game => [`MinAtar/${game}-v1`, 64] as const),
  ...['FrozenLake-v1', 'Taxi-v4', 'BitFlip-v0', 'TwoLinkArm-v0'].map(id => [id, 64] as const),
  ...['LunarLander-v3', 'LunarLanderContinuous-v3', 'BipedalWalker-v3', 'BipedalWalkerHardcore-v3'].map(id => [id, 1] as const),
  ...[
    'InvertedPendulum',
    'InvertedDoublePendulum',
    'Reacher',
    'Swimmer',
    'Hopper',
    'HalfCheetah',
    'Walker2d',
    'Ant',
    'Humanoid',
  ].map(name => [`${name}-v5`, 1] as const),
  ...['Reach', 'Push', 'Slide', 'PickAndPlace'].map(task => [`Fetch${task}-v4`, 1] as const),
  ...['Catch', 'Bricks'].map(game => [`Atari/${game}-v5`, 4, 'atari'] as const),
];

/** Speed and garbage of one environment. */
export interface EnvSpeed {
  readonly id: string;
  readonly copies: number;
  readonly wrappers: readonly string[];
  readonly stepsPerSecond: number;
  /** Bytes of the heap that a step takes, resets included. */
  readonly bytesPerStep: number;
}

/** What `envSpeeds` measures, as a table. */
export async function envSpeedTable(): Promise<string> {
  const rows = (await envSpeeds()).map(({ id, copies, wrappers, stepsPerSecond, bytesPerStep }) => [
    wrappers.length > 0 ? `${id}, wrapper ${wrappers.join(', ')}` : id,
    String(copies),
    Number(stepsPerSecond.toPrecision(3)).toLocaleString('en'),
    bytesPerStep < 0.05 ? '0' : bytesPerStep.toPrecision(2),
  ]);
  return table(['environment, random actions', 'copies', 'steps per second', 'bytes of heap per step'], rows);
}

/** Steps per second in one thread through the vector environment, with random actions drawn beforehand. */
export async function envSpeeds(): Promise<EnvSpeed[]> {
  const speeds: EnvSpeed[] = [];
  for (const [id, copies, ...wrappers] of CASES) {
    await loadEnv(id);
    const env = makeVectorEnv(id, copies, { wrappers });
    const out = env.createStep();
    const rng = new Rng(0);
    const rounds = Array.from({ length: 64 }, () => randomActions(env.spec.actionSpace, copies, rng));
    env.reset(out, 0);
    const play = (milliseconds: number) => {
      const start = performance.now();
      let played = 0;
      while (performance.now() - start < milliseconds) {
        for (const actions of rounds) env.step(actions, out);
        played += rounds.length;
      }
      return (played * copies) / ((performance.now() - start) / 1000);
    };
    play(WARM_UP);
    const stepsPerSecond = play(MEASURED);
    const heapRounds = Math.min(HEAP_ROUNDS, Math.ceil(stepsPerSecond / copies));
    speeds.push({ id, copies, wrappers, stepsPerSecond, bytesPerStep: bytesPerStep(env, rounds, out, heapRounds) });
    env.close();
  }
  return speeds;
}

/** The least of some measurements: what the runtime itself allocates now and then is none of the environment's. */
function bytesPerStep(
  env: VectorEnv,
  rounds: readonly NumericArray[],
  out: ReturnType<VectorEnv['createStep']>,
  count: number,
): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const samples = Array.from({ length: 5 }, () => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < count; i++) env.step(rounds[i & 63], out);
    return (process.memoryUsage().heapUsed - before) / (count * env.numEnvs);
  });
  return Math.max(0, Math.min(...samples.filter(bytes => bytes >= 0), Number.POSITIVE_INFINITY));
}

/** One random action for each copy. */
export function randomActions(space: Space, copies: number, rng: Rng): NumericArray {
  const actions = createRows(space, copies);
  const size = actions.length / copies;
  for (let i = 0; i < copies; i++) flatten(space, sample(space, rng), actions, i * size);
  return actions;
}
