import { statSync } from 'node:fs';
import { copySeeds, type Frame, seedStream } from '@zpin/contracts';
import { Collector } from '@zpin/core';
import { type AnyEnv, RecordFrames, TimeLimit } from '@zpin/envs';
import { isPolicyName, type LoadedAgent, type LoadOptions, load, openEnv, type RunDescription } from 'zpin';
import { RunFolder } from 'zpin/node';

/** A picture of the policy of a run at play, and where it is. */
export interface LiveFrame {
  readonly frame: Frame;
  /** From 1 on. */
  readonly episode: number;
  /** Steps of the episode. */
  readonly t: number;
  /** Of the episode so far. */
  readonly episodeReturn: number;
  /** Steps of training behind the policy. */
  readonly trainedSteps: number;
  readonly isLast: boolean;
}

export interface LiveOptions {
  /** Of the run, or the name of a policy. */
  readonly folder: string;
  /** As `load` takes them, without the environment. */
  readonly loading: Omit<LoadOptions, 'openEnv'>;
  /** Episodes to play; without end when infinite. */
  readonly episodes: number;
  readonly maxSteps: number;
  /** Of the episodes; that of the run when null. */
  readonly seed: number | null;
}

/**
 * Plays with the policy of a run, picture by picture as they are asked for. Between two episodes it looks whether the run has
 * written another checkpoint, so that a run that trains is seen to learn.
 */
export async function* livePolicy(options: LiveOptions): AsyncGenerator<LiveFrame> {
  const { folder, loading, episodes, maxSteps } = options;
  const shown: { readonly frame: Frame; readonly t: number }[] = [];
  const openFilmed = ({ env: id, envOptions = {} }: RunDescription) => {
    const around = (inner: AnyEnv) =>
      // A frame may be drawn over by the next one.
      new RecordFrames(new TimeLimit(inner, maxSteps), ({ width, height, data }, t) => {
        shown.push({ frame: { width, height, data: data.slice() }, t });
      });
    return openEnv({ id, copies: 1, settings: envOptions, purpose: 'evaluation', around }, loading.names);
  };
  let loaded: LoadedAgent | null = null;
  let writtenAt = 0;
  try {
    for (let episode = 1; episode <= episodes; episode++) {
      const found = checkpointTime(folder, loading.from ?? 'last');
      if (!loaded || found !== writtenAt) {
        loaded?.dispose();
        loaded = await load(folder, { ...loading, openEnv: openFilmed });
        writtenAt = found;
      }
      const { agent, env, step: trainedSteps, description } = loaded;
      const collector = new Collector(env);
      shown.length = 0;
      collector.reset(copySeeds(seedStream(options.seed ?? description.seed, 'evaluation', episode - 1), 1));
      let episodeReturn = 0;
      const told = (frame: Frame, t: number, isLast: boolean): LiveFrame => {
        return { frame, episode, t, episodeReturn, trainedSteps, isLast };
      };
      for (const { frame, t } of shown.splice(0)) yield told(frame, t, false);
      for (let isOver = false; !isOver; ) {
        const actions = await agent.act(collector.obs, 'exploit', collector.actionMask, collector.start);
        const { reward, episodes: ends } = collector.step(actions);
        isOver = ends.length > 0;
        episodeReturn = ends[0]?.episodeReturn ?? episodeReturn + (reward[0] as number);
        // Behind an end stands the first picture of another episode, which is not played.
        for (const { frame, t } of shown.splice(0)) if (t > 0) yield told(frame, t, isOver);
      }
    }
  } finally {
    loaded?.dispose();
  }
}

/** When the checkpoint was written that is played; 0 of a policy that never changes, and where it is not there, which loading will say. */
function checkpointTime(path: string, moment: LoadOptions['from']): number {
  if (isPolicyName(path)) return 0;
  const run = new RunFolder(path);
  const folder = moment === 'best' ? new RunFolder(`${path}/best`) : run;
  return statSync(folder.file('checkpoint'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
