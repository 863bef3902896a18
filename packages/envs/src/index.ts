export { AreaResize } from './atari/area-resize.ts';
export { AtariPreprocessing, type AtariPreprocessingOptions } from './atari/atari-preprocessing.ts';
export { EpisodicLife } from './atari/episodic-life.ts';
export { FireReset } from './atari/fire-reset.ts';
export { ArrayEnv } from './base/array-env.ts';
export type { RowEnv } from './base/row-env.ts';
export { BipedalWalker, type BipedalWalkerOptions, bipedalWalkerHardcoreV3, bipedalWalkerV3 } from './box2d/bipedal-walker.ts';
export type { TrackPoint } from './box2d/car/car-track.ts';
export { CarRacing, type CarRacingOptions, carRacingV3 } from './box2d/car-racing.ts';
export {
  LunarLander,
  type LunarLanderOptions,
  lunarLanderContinuousV3,
  lunarLanderV3,
} from './box2d/lunar-lander.ts';
export { type CheckOptions, checkEnv, type Violation } from './check-env.ts';
export { Acrobot, acrobotV1 } from './classic/acrobot.ts';
export { CartPole, type CartPoleOptions, cartPoleV0, cartPoleV1 } from './classic/cart-pole.ts';
export { Golf, type GolfAction, golfV0 } from './classic/golf.ts';
export { MountainCar, type MountainCarOptions, mountainCarV0 } from './classic/mountain-car.ts';
export {
  MountainCarContinuous,
  type MountainCarContinuousOptions,
  mountainCarContinuousV0,
} from './classic/mountain-car-continuous.ts';
export { Pendulum, type PendulumOptions, pendulumV1 } from './classic/pendulum.ts';
export { type AnyEnv, type EnvEntry, type EnvOptions, type EnvRequirement, optionsOf } from './env-entry.ts';
export type { EnvFamily, FamilyCopies } from './env-family.ts';
export { BitFlip, type BitFlipOptions, bitFlipV0 } from './goal/bit-flip.ts';
export { PointMaze, type PointMazeOptions, pointMazeV0 } from './goal/point-maze.ts';
export { TwoLinkArm, type TwoLinkArmOptions, twoLinkArmHardV0, twoLinkArmV0 } from './goal/two-link-arm.ts';
export { MinAtarAsterix, minAtarAsterix } from './minatar/asterix.ts';
export { MinAtarBreakout, minAtarBreakout } from './minatar/breakout.ts';
export { MinAtarFreeway, minAtarFreeway } from './minatar/freeway.ts';
export { MinAtarGame, type MinAtarOptions, type MinAtarRules, minAtarSpec } from './minatar/minatar-game.ts';
export { MinAtarSeaquest, minAtarSeaquest } from './minatar/seaquest.ts';
export { MinAtarSpaceInvaders, minAtarSpaceInvaders } from './minatar/space-invaders.ts';
export { Ant, type AntOptions, antV5 } from './mujoco/ant.ts';
export {
  FetchEnv,
  type FetchOptions,
  fetchPickAndPlaceV4,
  fetchPushV4,
  fetchReachV4,
  fetchSlideV4,
} from './mujoco/fetch/fetch-env.ts';
export type { FetchScene } from './mujoco/fetch/fetch-model.ts';
export { type FetchTask, fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './mujoco/fetch/fetch-tasks.ts';
export { HalfCheetah, halfCheetahV5 } from './mujoco/half-cheetah.ts';
export { Hopper, hopperV5 } from './mujoco/hopper.ts';
export { Humanoid, type HumanoidOptions, humanoidV5 } from './mujoco/humanoid.ts';
export { type HumanoidBodyOptions, HumanoidEnv } from './mujoco/humanoid-env.ts';
export { HumanoidStandup, type HumanoidStandupOptions, humanoidStandupV5 } from './mujoco/humanoid-standup.ts';
export {
  InvertedDoublePendulum,
  type InvertedDoublePendulumOptions,
  invertedDoublePendulumV5,
} from './mujoco/inverted-double-pendulum.ts';
export { InvertedPendulum, type InvertedPendulumOptions, invertedPendulumV5 } from './mujoco/inverted-pendulum.ts';
export { MujocoEnv, type MujocoSetup } from './mujoco/mujoco-env.ts';
export type { ContactRule } from './mujoco/mujoco-options.ts';
export { drawMujoco, type MujocoCamera, type MujocoMark } from './mujoco/mujoco-picture.ts';
export {
  loadMujoco,
  type MujocoArrays,
  type MujocoModelArrays,
  type MujocoObject,
  MujocoSim,
} from './mujoco/mujoco-sim.ts';
export { Pusher, type PusherOptions, pusherV5 } from './mujoco/pusher.ts';
export { Reacher, type ReacherOptions, reacherV5 } from './mujoco/reacher.ts';
export { RunnerEnv, type RunnerOptions, type RunnerSetup } from './mujoco/runner-env.ts';
export { Swimmer, swimmerV5 } from './mujoco/swimmer.ts';
export { WalkerEnv, type WalkerOptions } from './mujoco/walker-env.ts';
export { Walker2d, walker2dV5 } from './mujoco/walker2d.ts';
export {
  envFamilyOf,
  listEnvFamilies,
  listEnvs,
  loadEnv,
  makeEnv,
  makeVectorEnv,
  registerEnv,
  registerEnvFamily,
} from './registry.ts';
export { Canvas, type Color } from './render/canvas.ts';
export { encodeGif, GifEncoder } from './render/gif.ts';
export { encodePng } from './render/png.ts';
export { Blackjack, type BlackjackOptions, blackjackV1 } from './tabular/blackjack.ts';
export { CliffWalking, type CliffWalkingOptions, cliffWalkingSlipperyV1, cliffWalkingV1 } from './tabular/cliff-walking.ts';
export { Corridor, type CorridorOptions, corridorV0 } from './tabular/corridor.ts';
export { FourRooms, type FourRoomsOptions, fourRoomsCells, fourRoomsMap, fourRoomsV0 } from './tabular/four-rooms.ts';
export {
  FrozenLake,
  type FrozenLakeOptions,
  frozenLake8x8V1,
  frozenLakeV1,
  randomLakeMap,
} from './tabular/frozen-lake.ts';
export { GridMap, type Move } from './tabular/grid-map.ts';
export { GridWorld, type GridWorldOptions, gridWorldV0, Maze, mazeV0 } from './tabular/grid-world.ts';
export { KeyDoor, type KeyDoorOptions, keyDoorPlaces, keyDoorV0 } from './tabular/key-door.ts';
export { MapEnv } from './tabular/map-env.ts';
export { StochasticChain, stochasticChainV0 } from './tabular/stochastic-chain.ts';
export { type Outcome, TabularEnv, type TabularModel } from './tabular/tabular-env.ts';
export { Taxi, type TaxiOptions, taxiV3, taxiV4 } from './tabular/taxi.ts';
export { NormalizeObservation, type NormalizeObservationOptions } from './vector/normalize-observation.ts';
export { NormalizeReward, type NormalizeRewardOptions } from './vector/normalize-reward.ts';
export { SyncVectorEnv } from './vector/sync-vector-env.ts';
export { VectorWrapper } from './vector/vector-wrapper.ts';
export { ActionWrapper } from './wrappers/action-wrapper.ts';
export { ChannelsLast } from './wrappers/channels-last.ts';
export { ClipAction } from './wrappers/clip-action.ts';
export { ClipReward } from './wrappers/clip-reward.ts';
export { DiscretizeAction } from './wrappers/discretize-action.ts';
export { DiscretizeObservation, type DiscretizeObservationOptions } from './wrappers/discretize-observation.ts';
export { EpisodeStatistics, type EpisodeSummary } from './wrappers/episode-statistics.ts';
export { FlattenObservation } from './wrappers/flatten-observation.ts';
export { FrameStack } from './wrappers/frame-stack.ts';
export { ObservationWrapper } from './wrappers/observation-wrapper.ts';
export { OneHotObservation } from './wrappers/one-hot-observation.ts';
export { RecordFrames } from './wrappers/record-frames.ts';
export { RescaleAction } from './wrappers/rescale-action.ts';
export { RewardWrapper } from './wrappers/reward-wrapper.ts';
export { ScaleReward } from './wrappers/scale-reward.ts';
export { SelectObservation } from './wrappers/select-observation.ts';
export { CartPoleReward, MountainCarReward } from './wrappers/shaped-rewards.ts';
export { StickyAction } from './wrappers/sticky-action.ts';
export { TerminalReward } from './wrappers/terminal-reward.ts';
export { TimeAwareObservation } from './wrappers/time-aware-observation.ts';
export { TimeLimit } from './wrappers/time-limit.ts';
export { type RewardFunction, TransformReward } from './wrappers/transform-reward.ts';
export { evaluationWrappers, type WrapperEntry, wrapEnv, wrappers } from './wrappers/wrap-env.ts';
export { Wrapper } from './wrappers/wrapper.ts';
