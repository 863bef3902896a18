import type { EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../../env-entry.ts';
import { mujocoRequirement } from '../mujoco-sim.ts';
import { FetchEnv, fetchPickAndPlaceV4, fetchPushV4, fetchReachV4, fetchSlideV4 } from './fetch-env.ts';
import { type FetchTask, fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './fetch-tasks.ts';

/** A task with the sparse and with the dense reward. */
function pair(spec: EnvSpec, task: FetchTask, summary: string): EnvEntry[] {
  const denseSpec = { ...spec, id: spec.id.replace('-v', 'Dense-v') };
  return [
    { spec, summary, requires: mujocoRequirement, create: wanted => new FetchEnv(wanted, { task }) },
    {
      spec: denseSpec,
      summary: `${summary} Pays -distance.`,
      requires: mujocoRequirement,
      create: wanted => new FetchEnv(wanted, { task, isDense: true }),
    },
  ];
}

/** The tasks of the Fetch robot; they need MuJoCo. */
export const fetchEntries: readonly EnvEntry[] = [
  ...pair(fetchReachV4, fetchReach, 'Bring the gripper of a robot arm to a point in the air.'),
  ...pair(fetchPushV4, fetchPush, 'Push a cube to a point on the table.'),
  ...pair(fetchSlideV4, fetchSlide, 'Hit a puck so that it slides to a point out of reach.'),
  ...pair(fetchPickAndPlaceV4, fetchPickAndPlace, 'Grip a cube and bring it to a point on or above the table.'),
];
