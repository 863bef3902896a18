export { BitFlip, type BitFlipOptions, bitFlipV0 } from './bit-flip.ts';
export { PointMaze, type PointMazeOptions, pointMazeV0 } from './point-maze.ts';
export { TwoLinkArm, type TwoLinkArmOptions, twoLinkArmHardV0, twoLinkArmV0 } from './two-link-arm.ts';
