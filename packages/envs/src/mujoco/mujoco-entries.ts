import type { EnvSpec } from '@zpin/contracts';
import type { EnvEntry, EnvOption } from '../env-entry.ts';
import { Ant, antDefaults, antV5 } from './ant.ts';
import { HalfCheetah, halfCheetahDefaults, halfCheetahV5 } from './half-cheetah.ts';
import { Hopper, hopperDefaults, hopperV5 } from './hopper.ts';
import { Humanoid, humanoidDefaults, humanoidV5 } from './humanoid.ts';
import { InvertedDoublePendulum, invertedDoublePendulumDefaults, invertedDoublePendulumV5 } from './inverted-double-pendulum.ts';
import { InvertedPendulum, invertedPendulumDefaults, invertedPendulumV5 } from './inverted-pendulum.ts';
import type { MujocoEnv } from './mujoco-env.ts';
import { mujocoRequirement } from './mujoco-sim.ts';
import { Reacher, reacherDefaults, reacherV5 } from './reacher.ts';
import { Swimmer, swimmerDefaults, swimmerV5 } from './swimmer.ts';
import { Walker2d, walker2dDefaults, walker2dV5 } from './walker2d.ts';

const meanings: Readonly<Record<string, string>> = {
  forwardRewardWeight: 'reward per m/s of forward velocity',
  ctrlCostWeight: 'cost per squared action',
  contactCostWeight: 'cost per squared contact force',
  contactCostRange: 'range to which the cost of contacts is clipped',
  contactForceRange: 'range to which contact forces are clipped',
  rewardDistWeight: 'cost per metre from the fingertip to the target',
  rewardControlWeight: 'cost per squared action',
  healthyReward: 'reward for a healthy state',
  terminateWhenUnhealthy: 'whether an unhealthy state ends the episode',
  healthyZRange: 'range of the height of the torso in a healthy state, m',
  healthyAngleRange: 'range of the angle of the torso in a healthy state, rad',
  healthyStateRange: 'range of the other positions and of the velocities in a healthy state',
  resetNoiseScale: 'width of the noise of positions and velocities at the start',
  excludeCurrentPositionsFromObservation: 'whether the observation leaves out where the body is',
  includeCinertInObservation: 'whether the observation holds the inertias of the bodies',
  includeCvelInObservation: 'whether the observation holds the velocities of the bodies',
  includeQfrcActuatorInObservation: 'whether the observation holds the torques of the motors',
  includeCfrcExtInObservation: 'whether the observation holds the contact forces',
  frameSkip: 'physics steps per step',
};

type Options = Readonly<Record<string, unknown>>;

function entry(
  spec: EnvSpec,
  summary: string,
  Class: new (spec: EnvSpec, options: Options) => MujocoEnv,
  defaults: object,
): EnvEntry {
  const options = Object.entries(defaults).map(([name, value]): [string, EnvOption] => [
    name,
    { meaning: meanings[name], default: value },
  ]);
  return {
    spec,
    summary,
    options: Object.fromEntries(options),
    requires: mujocoRequirement,
    create: (wanted, settings) => new Class(wanted, settings),
  };
}

/** The locomotion, balance and reaching tasks on MuJoCo. */
export const mujocoEntries: readonly EnvEntry[] = [
  entry(hopperV5, 'Hop forward on one leg.', Hopper, hopperDefaults),
  entry(halfCheetahV5, 'Run forward on a back and a front leg.', HalfCheetah, halfCheetahDefaults),
  entry(walker2dV5, 'Walk forward on two legs in a plane.', Walker2d, walker2dDefaults),
  entry(antV5, 'Run forward on four legs.', Ant, antDefaults),
  entry(humanoidV5, 'Walk forward on two legs.', Humanoid, humanoidDefaults),
  entry(swimmerV5, 'Swim forward with three links.', Swimmer, swimmerDefaults),
  entry(reacherV5, 'Bring the tip of a two-link arm to a target.', Reacher, reacherDefaults),
  entry(invertedPendulumV5, 'Balance a pole on a cart.', InvertedPendulum, invertedPendulumDefaults),
  entry(
    invertedDoublePendulumV5,
    'Balance two poles, one on the other, on a cart.',
    InvertedDoublePendulum,
    invertedDoublePendulumDefaults,
  ),
];
