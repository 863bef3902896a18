import { discrete, type Env, type EnvSpec } from '@zpin/contracts';
import { BipedalWalker, bipedalWalkerHardcoreV3, bipedalWalkerV3 } from './box2d/bipedal-walker.ts';
import { LunarLander, type LunarLanderOptions, lunarLanderContinuousV3, lunarLanderV3 } from './box2d/lunar-lander.ts';
import { Acrobot, acrobotV1 } from './classic/acrobot.ts';
import { CartPole, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
import { MountainCar, mountainCarV0 } from './classic/mountain-car.ts';
import { MountainCarContinuous, mountainCarContinuousV0 } from './classic/mountain-car-continuous.ts';
import { Pendulum, pendulumV1 } from './classic/pendulum.ts';
import type { EnvEntry } from './env-entry.ts';
import { BitFlip, bitFlipV0 } from './goal/bit-flip.ts';
import { PointMaze, pointMazeV0 } from './goal/point-maze.ts';
import { TwoLinkArm, twoLinkArmV0 } from './goal/two-link-arm.ts';
import { MinAtarAsterix, minAtarAsterix } from './minatar/asterix.ts';
import { MinAtarBreakout, minAtarBreakout } from './minatar/breakout.ts';
import { MinAtarFreeway, minAtarFreeway } from './minatar/freeway.ts';
import type { MinAtarOptions } from './minatar/minatar-game.ts';
import { MinAtarSeaquest, minAtarSeaquest } from './minatar/seaquest.ts';
import { MinAtarSpaceInvaders, minAtarSpaceInvaders } from './minatar/space-invaders.ts';
import { fetchEntries } from './mujoco/fetch/fetch-entries.ts';
import { mujocoEntries } from './mujoco/mujoco-entries.ts';
import { CliffWalking, cliffWalkingV1 } from './tabular/cliff-walking.ts';
import { Corridor, corridorV0 } from './tabular/corridor.ts';
import { FourRooms, fourRoomsV0 } from './tabular/four-rooms.ts';
import { FrozenLake, frozenLake8x8V1, frozenLakeV1 } from './tabular/frozen-lake.ts';
import { GridWorld, gridWorldV0, Maze, mazeV0 } from './tabular/grid-world.ts';
import { KeyDoor, keyDoorV0 } from './tabular/key-door.ts';
import { StochasticChain, stochasticChainV0 } from './tabular/stochastic-chain.ts';
import { Taxi, taxiV3, taxiV4 } from './tabular/taxi.ts';

const cartPole: Pick<EnvEntry, 'summary' | 'options' | 'create'> = {
  summary: 'Keep a pole upright on a cart that is pushed left or right.',
  options: { suttonBartoReward: { meaning: 'reward 0 per step and -1 for failing, instead of 1 per step', default: false } },
  create: (spec, options) => new CartPole(spec, options),
};

const goalVelocity = { goalVelocity: { meaning: 'least velocity at the flag that counts as reaching it', default: 0 } };

function lake(map: string): Pick<EnvEntry, 'summary' | 'options' | 'create'> {
  return {
    summary: 'Cross a frozen lake without falling into a hole.',
    options: {
      map: { meaning: '4x4, 8x8, or a list of rows of S, F, H and G', default: null },
      isSlippery: { meaning: 'whether a move may slip to either side', default: true },
      successRate: { meaning: 'probability that a slippery move goes where it should', default: 1 / 3 },
      rewardSchedule: { meaning: 'rewards of goal, hole and ice', default: [1, 0, 0] },
    },
    create: (spec, options) => new FrozenLake(spec, { ...options, map: (options.map as string | undefined) ?? map }),
  };
}

const taxi: Pick<EnvEntry, 'summary' | 'options' | 'create'> = {
  summary: 'Fetch a passenger and bring him where he wants to go.',
  options: {
    isRainy: { meaning: 'whether a drive may drift to either side', default: false },
    ficklePassenger: { meaning: 'whether the passenger may change his mind on the way', default: false },
  },
  create: (spec, options) => new Taxi(spec, options),
};

const lunarLander: Pick<EnvEntry, 'summary' | 'options' | 'create'> = {
  summary: 'Land softly between two flags, with little fuel.',
  options: {
    gravity: { meaning: 'upwards, m/s^2, in (-12, 0)', default: -10 },
    enableWind: { meaning: 'whether wind pushes and turns the lander while it flies', default: false },
    windPower: { meaning: 'largest force of the wind, N', default: 15 },
    turbulencePower: { meaning: 'largest torque of the wind, N m', default: 1.5 },
  },
  create: (spec, options: LunarLanderOptions) => new LunarLander(spec, options),
};

const gridOptions = {
  map: { meaning: 'rows of S (start), A (apple), P (pit), B (bomb), # (wall) and . (floor)', default: null },
  stepReward: { meaning: 'added to the reward of every step', default: 0 },
};

const minAtarOptions = {
  stickyProbability: { meaning: 'probability that the previous action is played instead of the chosen one', default: 0.1 },
  difficultyRamping: { meaning: 'whether the game gets faster with time', default: true },
  minimalActions: { meaning: 'whether to offer only the actions that do something', default: true },
};

/** Version v1 of a game offers the useful actions, v0 all six, as the originals do. */
function minAtar(spec: EnvSpec, summary: string, create: (spec: EnvSpec, options: MinAtarOptions) => Env): EnvEntry[] {
  const v0 = { ...spec, id: spec.id.replace('-v1', '-v0'), actionSpace: discrete(6) };
  return [
    { spec, summary, options: minAtarOptions, create },
    {
      spec: v0,
      summary,
      options: { ...minAtarOptions, minimalActions: { ...minAtarOptions.minimalActions, default: false } },
      create: (wanted, options) => create(wanted, { minimalActions: false, ...options }),
    },
  ];
}

/** The environments of this package. */
export const builtInEnvs: readonly EnvEntry[] = [
  { spec: cartPoleV1, ...cartPole },
  { spec: cartPoleV0, ...cartPole },
  {
    spec: mountainCarV0,
    summary: 'Drive a weak car out of a valley by swinging.',
    options: goalVelocity,
    create: (spec, options) => new MountainCar(spec, options),
  },
  {
    spec: mountainCarContinuousV0,
    summary: 'Drive a weak car out of a valley with little force.',
    options: goalVelocity,
    create: (spec, options) => new MountainCarContinuous(spec, options),
  },
  {
    spec: pendulumV1,
    summary: 'Swing a rod up and hold it there with little torque.',
    options: { gravity: { meaning: 'acceleration of gravity, m/s^2', default: 10 } },
    create: (spec, options) => new Pendulum(spec, options),
  },
  {
    spec: acrobotV1,
    summary: 'Swing two links over a line with a motor between them.',
    create: spec => new Acrobot(spec),
  },
  { spec: lunarLanderV3, ...lunarLander },
  { spec: lunarLanderContinuousV3, ...lunarLander },
  { spec: bipedalWalkerV3, summary: 'Walk over uneven ground on two legs.', create: spec => new BipedalWalker(spec) },
  {
    spec: bipedalWalkerHardcoreV3,
    summary: 'Walk on two legs over stumps, stairs and pits.',
    create: spec => new BipedalWalker(spec),
  },
  { spec: frozenLakeV1, ...lake('4x4') },
  { spec: frozenLake8x8V1, ...lake('8x8') },
  {
    spec: cliffWalkingV1,
    summary: 'Walk along a cliff without falling down.',
    options: { isSlippery: { meaning: 'whether a move goes to either side with probability 1/3 each', default: false } },
    create: (spec, options) => new CliffWalking(spec, options),
  },
  { spec: taxiV4, ...taxi },
  { spec: taxiV3, ...taxi },
  {
    spec: gridWorldV0,
    summary: 'Walk around a wall and past a bomb to an apple.',
    options: gridOptions,
    create: (spec, options) => new GridWorld(spec, options),
  },
  {
    spec: mazeV0,
    summary: 'Find the apple between two pits.',
    options: gridOptions,
    create: (spec, options) => new Maze(spec, options),
  },
  {
    spec: corridorV0,
    summary: 'Walk down a corridor to the treasure at its end.',
    options: {
      length: { meaning: 'cells, at least 2', default: 6 },
      lure: { meaning: 'reward for pushing against the left end', default: 0 },
    },
    limit: ({ length = 0 }) => Math.max(100, 4 * Number(length)),
    create: (spec, options) => new Corridor(spec, options),
  },
  {
    spec: fourRoomsV0,
    summary: 'Find the goal in four rooms joined by doorways.',
    options: {
      goal: { meaning: 'number of the goal cell, 0 to 103', default: 62 },
      successRate: { meaning: 'probability that a move goes where it should', default: 2 / 3 },
      moveGoalAfterEpisodes: {
        meaning: 'episodes after which the goal moves to a random cell of the lower right room; 0: never',
        default: 0,
      },
    },
    create: (spec, options) => new FourRooms(spec, options),
  },
  {
    spec: stochasticChainV0,
    summary: 'Visit the far end of a chain of six states before its near end.',
    create: spec => new StochasticChain(spec),
  },
  {
    spec: keyDoorV0,
    summary: 'Fetch a key, open a door with it, and take the treasure behind.',
    create: spec => new KeyDoor(spec),
  },
  ...minAtar(minAtarBreakout, 'Break bricks with a ball and a paddle.', (spec, options) => new MinAtarBreakout(spec, options)),
  ...minAtar(minAtarFreeway, 'Bring a chicken across eight lanes of cars.', (spec, options) => new MinAtarFreeway(spec, options)),
  ...minAtar(minAtarAsterix, 'Collect gold and stay away from enemies.', (spec, options) => new MinAtarAsterix(spec, options)),
  ...minAtar(
    minAtarSeaquest,
    'Rescue divers, shoot enemies and mind the oxygen.',
    (spec, options) => new MinAtarSeaquest(spec, options),
  ),
  ...minAtar(minAtarSpaceInvaders, 'Shoot aliens before they land.', (spec, options) => new MinAtarSpaceInvaders(spec, options)),
  {
    spec: bitFlipV0,
    summary: 'Flip single bits until they equal the goal.',
    options: {
      bits: { meaning: 'number of bits', default: 10 },
      goal: { meaning: 'random (another one in each episode) or ones', default: 'random' },
    },
    limit: ({ bits = 10 }) => Number(bits),
    create: (spec, options) => new BitFlip(spec, options),
  },
  {
    spec: pointMazeV0,
    summary: 'Push a ball through a maze to a goal.',
    options: {
      map: { meaning: 'u, medium, or a list of rows of # and .', default: null },
      isDense: { meaning: 'reward -distance instead of -1 away from the goal', default: false },
    },
    create: (spec, options) => new PointMaze(spec, options),
  },
  {
    spec: twoLinkArmV0,
    summary: 'Grip a target with an arm of two links, and hold it.',
    options: { mode: { meaning: 'easy (one target) or hard (any target)', default: 'easy' } },
    create: (spec, options) => new TwoLinkArm(spec, options),
  },
  ...mujocoEntries,
  ...fetchEntries,
];
