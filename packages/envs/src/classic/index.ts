export { Acrobot, acrobotV1 } from './acrobot.ts';
export { CartPole, type CartPoleOptions, cartPoleV0, cartPoleV1 } from './cart-pole.ts';
export { Golf, type GolfAction, golfV0 } from './golf.ts';
export { MountainCar, mountainCarV0 } from './mountain-car.ts';
export {
  MountainCarContinuous,
  type MountainCarContinuousOptions,
  mountainCarContinuousV0,
} from './mountain-car-continuous.ts';
export type { MountainCarOptions } from './mountain-car-world.ts';
export { Pendulum, type PendulumOptions, pendulumV1 } from './pendulum.ts';
