import { parentPort, workerData } from 'node:worker_threads';
import { encodePng } from '@zpin/envs';
import { flagNames } from '../flag-names.ts';
import { livePolicy } from '../play/live-policy.ts';
import type { PlayedFrame, PlayedMoment } from './messages.ts';

/** What the thread is started with. */
export interface PolicySetup {
  readonly folder: string;
  readonly from: PlayedMoment;
  readonly maxSteps: number;
}

/** What it answers to each message: the next picture, or why there is none. */
export type PolicyAnswer = { readonly frame: PlayedFrame } | { readonly problem: string };

const { folder, from, maxSteps } = workerData as PolicySetup;
const port = parentPort;
if (port === null) throw new Error('policy-thread: it must run in a worker thread, got the main one.');
const frames = livePolicy({
  ...{ folder, maxSteps, episodes: Number.POSITIVE_INFINITY, seed: null },
  loading: { engine: 'auto', from, names: flagNames('zpin watch') },
});
port.on('message', async () => {
  port.postMessage(await next());
});

async function next(): Promise<PolicyAnswer> {
  try {
    const { value } = await frames.next();
    if (!value) return { problem: 'The policy plays no more' };
    const { frame, episode, t, episodeReturn, trainedSteps } = value;
    const png = Buffer.from(await encodePng(frame)).toString('base64');
    return { frame: { png, episode, t, episodeReturn, trainedSteps } };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
