import type { FetchScene } from './fetch-model.ts';

/** Numbers of one Fetch task, as in Gymnasium-Robotics; lengths in m. */
export interface FetchTask {
  readonly scene: FetchScene;
  /** Where the robot stands: positions of its three base slides. */
  readonly base: readonly [number, number, number];
  /** Height of the gripper at the start, above the table's edge. */
  readonly extraHeight: number;
  /** Where the object lies while the scene settles; required with `scene.object`. */
  readonly objectStart?: readonly [number, number, number];
  /** Half side of the square around the gripper in which an episode puts the object. */
  readonly objectRange: number;
  /** Half side of the cube around the gripper in which goals lie. */
  readonly goalRange: number;
  /** Added to the x of a goal. */
  readonly goalOffset: number;
  /** Whether every other goal is above the table. */
  readonly isGoalInAir: boolean;
}

const TABLE = 'pos="1.3 0.75 0.2" size="0.25 0.35 0.2"';
const CUBE = 'type="box" size="0.025 0.025 0.025" mass="2"';

/** The hand goes to a point in the air. */
export const fetchReach: FetchTask = {
  scene: { table: TABLE },
  base: [0.4049, 0.48, 0],
  extraHeight: 0.2,
  objectRange: 0,
  goalRange: 0.15,
  goalOffset: 0,
  isGoalInAir: false,
};

/** A block is pushed to a point on the table. */
export const fetchPush: FetchTask = {
  scene: { table: TABLE, object: CUBE },
  base: [0.405, 0.48, 0],
  extraHeight: 0,
  objectStart: [1.25, 0.53, 0.4],
  objectRange: 0.15,
  goalRange: 0.15,
  goalOffset: 0,
  isGoalInAir: false,
};

/** A puck is sent to a point out of reach. */
export const fetchSlide: FetchTask = {
  scene: {
    table: 'pos="1.32441906 0.75018422 0.2" size="0.625 0.45 0.2" friction="0.1 0.005 0.0001"',
    object: 'type="cylinder" size="0.025 0.02" mass="2" friction="0.1 0.005 0.0001"',
  },
  base: [0.05, 0.48, 0],
  extraHeight: -0.02,
  objectStart: [1.7, 1.1, 0.41],
  objectRange: 0.1,
  goalRange: 0.3,
  goalOffset: 0.4,
  isGoalInAir: false,
};

/** A block is lifted to a point, on the table or in the air. */
export const fetchPickAndPlace: FetchTask = {
  scene: { table: TABLE, object: CUBE, hasGripper: true },
  base: [0.405, 0.48, 0],
  extraHeight: 0.2,
  objectStart: [1.25, 0.53, 0.4],
  objectRange: 0.15,
  goalRange: 0.15,
  goalOffset: 0,
  isGoalInAir: true,
};
