import { bipedalWalkerEntries } from './box2d/bipedal-walker.ts';
import { carRacingEntry } from './box2d/car-racing.ts';
import { lunarLanderEntries } from './box2d/lunar-lander.ts';
import { acrobotEntry } from './classic/acrobot.ts';
import { cartPoleEntries } from './classic/cart-pole.ts';
import { golfEntry } from './classic/golf.ts';
import { mountainCarEntry } from './classic/mountain-car.ts';
import { mountainCarContinuousEntry } from './classic/mountain-car-continuous.ts';
import { pendulumEntry } from './classic/pendulum.ts';
import type { EnvEntry } from './env-entry.ts';
import { bitFlipEntry } from './goal/bit-flip.ts';
import { pointMazeEntry } from './goal/point-maze.ts';
import { twoLinkArmEntries } from './goal/two-link-arm.ts';
import { asterixEntries } from './minatar/asterix.ts';
import { breakoutEntries } from './minatar/breakout.ts';
import { freewayEntries } from './minatar/freeway.ts';
import { seaquestEntries } from './minatar/seaquest.ts';
import { spaceInvadersEntries } from './minatar/space-invaders.ts';
import { antEntry } from './mujoco/ant.ts';
import { fetchEntries } from './mujoco/fetch/fetch-entries.ts';
import { halfCheetahEntry } from './mujoco/half-cheetah.ts';
import { hopperEntry } from './mujoco/hopper.ts';
import { humanoidEntry } from './mujoco/humanoid.ts';
import { humanoidStandupEntry } from './mujoco/humanoid-standup.ts';
import { invertedDoublePendulumEntry } from './mujoco/inverted-double-pendulum.ts';
import { invertedPendulumEntry } from './mujoco/inverted-pendulum.ts';
import { pusherEntry } from './mujoco/pusher.ts';
import { reacherEntry } from './mujoco/reacher.ts';
import { swimmerEntry } from './mujoco/swimmer.ts';
import { walker2dEntry } from './mujoco/walker2d.ts';
import { blackjackEntry } from './tabular/blackjack.ts';
import { cliffWalkingEntry, cliffWalkingSlipperyEntry } from './tabular/cliff-walking.ts';
import { corridorEntry } from './tabular/corridor.ts';
import { fourRoomsEntry } from './tabular/four-rooms.ts';
import { frozenLakeEntries } from './tabular/frozen-lake.ts';
import { gridWorldEntry, mazeEntry } from './tabular/grid-world.ts';
import { keyDoorEntry } from './tabular/key-door.ts';
import { stochasticChainEntry } from './tabular/stochastic-chain.ts';
import { taxiEntries } from './tabular/taxi.ts';

/** The environments of this package, in the order in which they are listed. */
export const builtInEnvs: readonly EnvEntry[] = [
  ...cartPoleEntries,
  mountainCarEntry,
  mountainCarContinuousEntry,
  pendulumEntry,
  acrobotEntry,
  golfEntry,
  ...lunarLanderEntries,
  ...bipedalWalkerEntries,
  carRacingEntry,
  ...frozenLakeEntries,
  blackjackEntry,
  cliffWalkingEntry,
  cliffWalkingSlipperyEntry,
  ...taxiEntries,
  gridWorldEntry,
  mazeEntry,
  corridorEntry,
  fourRoomsEntry,
  stochasticChainEntry,
  keyDoorEntry,
  ...breakoutEntries,
  ...freewayEntries,
  ...asterixEntries,
  ...seaquestEntries,
  ...spaceInvadersEntries,
  bitFlipEntry,
  pointMazeEntry,
  ...twoLinkArmEntries,
  hopperEntry,
  halfCheetahEntry,
  walker2dEntry,
  antEntry,
  humanoidEntry,
  humanoidStandupEntry,
  swimmerEntry,
  reacherEntry,
  pusherEntry,
  invertedPendulumEntry,
  invertedDoublePendulumEntry,
  ...fetchEntries,
];
