import type { EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../../env-entry.ts';
import { mujocoRequirement } from '../mujoco-sim.ts';
import { FetchEnv, fetchOptions, fetchPickAndPlaceV4, fetchPushV4, fetchReachV4, fetchSlideV4 } from './fetch-env.ts';
import { type FetchTask, fetchPickAndPlace, fetchPush, fetchReach, fetchSlide } from './fetch-tasks.ts';

const denseOptions = { isDense: { ...fetchOptions.isDense, default: true } };

/** A task with the sparse and with the dense reward. */
function pair(spec: EnvSpec, task: FetchTask, summary: string): EnvEntry<typeof fetchOptions>[] {
  const common: Pick<EnvEntry<typeof fetchOptions>, 'requires' | 'create'> = {
    requires: mujocoRequirement,
    create: (wanted, options) => new FetchEnv(wanted, { task, ...options }),
  };
  return [
    { spec, summary, options: fetchOptions, ...common },
    {
      spec: { ...spec, id: spec.id.replace('-v', 'Dense-v') },
      summary: `${summary} Pays -distance.`,
      options: denseOptions,
      ...common,
    },
  ];
}

/** The tasks of the Fetch robot; they need MuJoCo. */
export const fetchEntries = [
  ...pair(fetchReachV4, fetchReach, 'Bring the gripper of a robot arm to a point in the air.'),
  ...pair(fetchPushV4, fetchPush, 'Push a cube to a point on the table.'),
  ...pair(fetchSlideV4, fetchSlide, 'Hit a puck so that it slides to a point out of reach.'),
  ...pair(fetchPickAndPlaceV4, fetchPickAndPlace, 'Grip a cube and bring it to a point on or above the table.'),
];
