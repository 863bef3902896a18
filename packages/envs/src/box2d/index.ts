export { BipedalWalker, type BipedalWalkerOptions, bipedalWalkerHardcoreV3, bipedalWalkerV3 } from './bipedal-walker.ts';
export type { TrackPoint } from './car/car-track.ts';
export { CarRacing, type CarRacingOptions, carRacingV3 } from './car-racing.ts';
export {
  LunarLander,
  type LunarLanderOptions,
  lunarLanderContinuousV3,
  lunarLanderV3,
} from './lunar-lander.ts';
