import { loadEnv, makeEnv } from '@zpin/envs';
import { FollowingArm } from './arm-target.ts';
import { type ControlValues, type Experiment, Values } from './experiment.ts';
import type { Picture } from './experiment-messages.ts';
import { toRgba } from './to-rgba.ts';

/** The world of an experiment before anything was learned; null when the values make none. */
export async function firstPicture(experiment: Experiment, values: ControlValues): Promise<Picture | null> {
  try {
    const read = new Values(values);
    const { env: id, options } = experiment.plan(read);
    await loadEnv(id);
    const env = experiment.hasTarget ? new FollowingArm() : makeEnv(id, options.envOptions);
    env.reset({ seed: read.number('seed') });
    const frame = env.render?.();
    return frame ? toRgba(frame) : null;
  } catch {
    // The run says what is wrong, when it is started.
    return null;
  }
}
