export { Ant, type AntOptions, antV5 } from './ant.ts';
export {
  FetchEnv,
  type FetchOptions,
  fetchPickAndPlaceV4,
  fetchPushV4,
  fetchReachV4,
  fetchSlideV4,
} from './fetch/fetch-env.ts';
export type { FetchScene } from './fetch/fetch-model.ts';
export { type FetchTask, fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './fetch/fetch-tasks.ts';
export { HalfCheetah, halfCheetahV5 } from './half-cheetah.ts';
export { Hopper, hopperV5 } from './hopper.ts';
export { Humanoid, type HumanoidOptions, humanoidV5 } from './humanoid.ts';
export { type HumanoidBodyOptions, HumanoidEnv } from './humanoid-env.ts';
export { HumanoidStandup, type HumanoidStandupOptions, humanoidStandupV5 } from './humanoid-standup.ts';
export {
  InvertedDoublePendulum,
  type InvertedDoublePendulumOptions,
  invertedDoublePendulumV5,
} from './inverted-double-pendulum.ts';
export { InvertedPendulum, type InvertedPendulumOptions, invertedPendulumV5 } from './inverted-pendulum.ts';
export { MujocoEnv, type MujocoSetup } from './mujoco-env.ts';
export type { ContactRule } from './mujoco-options.ts';
export { drawMujoco, type MujocoCamera, type MujocoMark } from './mujoco-picture.ts';
export {
  loadMujoco,
  type MujocoArrays,
  type MujocoModelArrays,
  type MujocoObject,
  MujocoSim,
} from './mujoco-sim.ts';
export { Pusher, type PusherOptions, pusherV5 } from './pusher.ts';
export { Reacher, type ReacherOptions, reacherV5 } from './reacher.ts';
export { RunnerEnv, type RunnerOptions, type RunnerSetup } from './runner-env.ts';
export { Swimmer, swimmerV5 } from './swimmer.ts';
export { WalkerEnv, type WalkerOptions } from './walker-env.ts';
export { Walker2d, walker2dV5 } from './walker2d.ts';
