import { readFileSync } from 'node:fs';
import type { ResetOptions, ResetResult, SpaceValue, StateValue, StepResult } from '@zpin/contracts';
import { type AnyEnv, Wrapper } from '@zpin/envs';

/** What a trained agent did in its environment, enough to film it again. */
export interface RecordedPlay {
  readonly env: string;
  /** Options of the environment that was played, and wrappers around it. */
  readonly settings: Readonly<Record<string, StateValue>>;
  readonly algorithm: string;
  /** What trained it. */
  readonly command: string;
  /** Environment steps of training. */
  readonly steps: number;
  /** Mean return of 100 greedy episodes. */
  readonly meanReturn: number;
  /** Share of them that reached their goal; absent where the environment has none. */
  readonly successRate?: number;
  readonly episodes: readonly RecordedEpisode[];
}

/** One episode, or the beginning of a long one. */
export interface RecordedEpisode {
  /** That it was begun with; null where it went on from the one before. */
  readonly seed: number | null;
  /** One step after the other: numbers of a single choice, or of all entries of a vector, as 32-bit floats in base64. */
  readonly actions: string;
  /** Of the rewards of these steps. Another environment than the one that was recorded pays something else. */
  readonly return: number;
}

/** Reads a file of a recorded play. */
export function readRecordedPlay(path: string): RecordedPlay {
  return JSON.parse(readFileSync(path, 'utf8')) as RecordedPlay;
}

/** The actions of an episode, as its environment takes them. @param size entries of an action; null where it is one number */
export function recordedActions(actions: string, size: number | null): SpaceValue[] {
  const { buffer } = Uint8Array.from(Buffer.from(actions, 'base64'));
  const values = new Float32Array(buffer);
  if (size === null) return Array.from(values);
  return Array.from({ length: values.length / size }, (_, t) => values.slice(t * size, (t + 1) * size));
}

/** Notes what is done in an environment, up to a number of steps. */
export class RecordActions extends Wrapper<SpaceValue, SpaceValue> {
  readonly episodes: { seed: number | null; actions: number[]; return: number }[] = [];
  readonly #mostSteps: number;
  #steps = 0;

  constructor(env: AnyEnv, mostSteps: number) {
    super(env);
    this.#mostSteps = mostSteps;
  }

  get isFull(): boolean {
    return this.#steps >= this.#mostSteps;
  }

  override reset(options?: ResetOptions): ResetResult<SpaceValue> {
    if (!this.isFull)
      this.episodes.push({ seed: typeof options?.seed === 'number' ? options.seed : null, actions: [], return: 0 });
    return this.env.reset(options);
  }

  override step(action: SpaceValue): StepResult<SpaceValue> {
    const result = this.env.step(action);
    const episode = this.episodes.at(-1);
    if (this.isFull || !episode) return result;
    if (typeof action === 'number') episode.actions.push(action);
    else episode.actions.push(...(action as ArrayLike<number> & Iterable<number>));
    episode.return += result.reward;
    this.#steps++;
    return result;
  }
}

/** Numbers as 32-bit floats in base64. */
export function encodeActions(actions: readonly number[]): string {
  return Buffer.from(Float32Array.from(actions).buffer).toString('base64');
}
