export { Blackjack, type BlackjackOptions, blackjackV1 } from './blackjack.ts';
export { CliffWalking, type CliffWalkingOptions, cliffWalkingSlipperyV1, cliffWalkingV1 } from './cliff-walking.ts';
export { Corridor, type CorridorOptions, corridorV0 } from './corridor.ts';
export { FourRooms, type FourRoomsOptions, fourRoomsCells, fourRoomsMap, fourRoomsV0 } from './four-rooms.ts';
export {
  FrozenLake,
  type FrozenLakeOptions,
  frozenLake8x8V1,
  frozenLakeV1,
  randomLakeMap,
} from './frozen-lake.ts';
export { GridMap, type Move } from './grid-map.ts';
export { GridWorld, type GridWorldOptions, gridWorldV0, Maze, mazeV0 } from './grid-world.ts';
export { KeyDoor, type KeyDoorOptions, keyDoorPlaces, keyDoorV0 } from './key-door.ts';
export { MapEnv } from './map-env.ts';
export { StochasticChain, stochasticChainV0 } from './stochastic-chain.ts';
export { type Outcome, TabularEnv, type TabularModel } from './tabular-env.ts';
export { Taxi, type TaxiOptions, taxiV3, taxiV4 } from './taxi.ts';
