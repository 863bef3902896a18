import { ConfigError, type EnvParameters, type EnvState, InputError, message, type VectorEnv } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import { checkInteger } from './kept-options.ts';
import { libraryNames, type MessageNames } from './message-names.ts';
import type { LevelEvent, RunEvent } from './run-event.ts';

/** Levels through which training comes to its environment, the easiest first. Plain data. */
export interface Curriculum {
  /**
   * Settings of the environment on each level, in place of those of the run. After the last level training plays the environment as the run
   * has it: what evaluations play from the start.
   */
  readonly levels: readonly EnvParameters[];
  /** When a level is left for the next. */
  readonly advance: LevelRule;
}

/** When a level is left: as soon as one of what is given holds. */
export interface LevelRule {
  /** Share in (0, 1] of the last `episodes` episodes that reached their goal: those of environments with goals, else `success` or `isSuccess` of their infos. */
  readonly success?: number;
  /** Mean return of the last `episodes` episodes, as the environment pays it. */
  readonly meanReturn?: number;
  /** Episodes of the level that the two above are taken over; 100 when omitted. */
  readonly episodes?: number;
  /** Environment steps on the level, over all copies. */
  readonly steps?: number;
}

const DEFAULT_EPISODES = 100;

type Episode = Extract<RunEvent, { readonly type: 'episode' }>;

/** Where a run is in its curriculum. */
export class CurriculumProgress {
  readonly #curriculum: Curriculum;
  readonly #numEnvs: number;
  /** Whether episodes are told when several of them are over, as of workers: levels begin with the next steps only. */
  readonly #isToldLate: boolean;
  #level = 0;
  /** Step at which the level began. */
  #since = 0;
  /** Of the last episodes of the level. */
  #recent: number[] = [];
  /** Copies whose episode in progress began on an earlier level, and tells nothing of this one. */
  #behind: Set<number> = new Set();

  /** Whether the level is over, though the steps that were told of are played on it. */
  #isDue = false;

  constructor(curriculum: Curriculum, numEnvs: number, isToldLate = false) {
    this.#curriculum = curriculum;
    this.#numEnvs = numEnvs;
    this.#isToldLate = isToldLate;
  }

  get level(): number {
    return this.#level;
  }

  /** What the environment has in place of the settings of the run. */
  get parameters(): EnvParameters {
    return this.#curriculum.levels[this.#level] ?? {};
  }

  /** Takes an event of training into account. @returns the new level, where it came to one */
  heard(event: RunEvent): LevelEvent | null {
    const { levels } = this.#curriculum;
    if (this.#level >= levels.length) return null;
    if (this.#isDue && event.type === 'step' && !event.evaluation) return this.#next(event.step);
    if (event.type !== 'episode') return null;
    // What ended in the step in which the level began has begun its next episode before it did.
    if ((this.#level > 0 && event.step === this.#since) || this.#behind.delete(event.envIndex)) return null;
    this.#note(event);
    if (!this.#isOver(event.step)) return null;
    if (!this.#isToldLate) return this.#next(event.step);
    this.#isDue = true;
    return null;
  }

  #next(step: number): LevelEvent {
    const { levels } = this.#curriculum;
    this.#level++;
    this.#since = step;
    this.#isDue = false;
    this.#recent = [];
    this.#behind = new Set(Array.from({ length: this.#numEnvs }, (_, i) => i));
    const { level, parameters } = this;
    return { type: 'level', step, level, levels: levels.length, parameters };
  }

  #note(episode: Episode): void {
    const { success, episodes = DEFAULT_EPISODES } = this.#curriculum.advance;
    this.#recent.push(success === undefined ? episode.episodeReturn : succeeded(episode));
    if (this.#recent.length > episodes) this.#recent.shift();
  }

  #isOver(step: number): boolean {
    const { success, meanReturn, episodes = DEFAULT_EPISODES, steps } = this.#curriculum.advance;
    if (steps !== undefined && step - this.#since >= steps) return true;
    const threshold = success ?? meanReturn;
    if (threshold === undefined || this.#recent.length < episodes) return false;
    return this.#recent.reduce((sum, value) => sum + value, 0) / episodes >= threshold;
  }

  state(): EnvState {
    const due = this.#isDue && { due: true };
    return { level: this.#level, since: this.#since, recent: [...this.#recent], behind: [...this.#behind], ...due };
  }

  restore(state: EnvState): void {
    this.#level = state.level as number;
    this.#since = state.since as number;
    this.#recent = [...(state.recent as number[])];
    this.#behind = new Set(state.behind as number[]);
    this.#isDue = state.due === true;
  }
}

/** 1 where an episode reached its goal; NaN, which no threshold is below, where it does not tell. */
function succeeded({ success, info }: Episode): number {
  return success === undefined ? (info?.success ?? info?.isSuccess ?? Number.NaN) : Number(success);
}

export interface CurriculumParts {
  readonly curriculum: Curriculum | undefined;
  readonly algorithm: AnyAlgorithm;
  /** The environment of training. */
  readonly env: VectorEnv;
}

/**
 * Puts the environment of training on the first level of a curriculum; undefined where there is none.
 * @throws ConfigError when a rule is out of range; InputError when a level is none that the environment takes, or nothing can be changed
 */
export function curriculumOf(
  { curriculum, algorithm, env }: CurriculumParts,
  names: MessageNames,
): CurriculumProgress | undefined {
  if (!curriculum) return undefined;
  const option = names.option('curriculum');
  parseCurriculum(curriculum, names);
  if (algorithm.learnsFrom === 'dataset') {
    const found = `${algorithm.id}, which learns from a data set`;
    throw new InputError(message(names.where, `${option} needs an algorithm that plays`, found, 'Leave it out'));
  }
  for (const [i, level] of curriculum.levels.entries()) checkLevel(env, level, `level ${i + 1} of ${option}`, names);
  const progress = new CurriculumProgress(curriculum, env.numEnvs, algorithm.playsElsewhere);
  env.setParameters?.(progress.parameters);
  return progress;
}

function checkLevel(env: VectorEnv, level: EnvParameters, what: string, { where }: MessageNames): void {
  if (!env.setParameters) {
    const remedy = 'Write setParameters() into it, or take one by its name';
    throw new InputError(message(where, `${what} needs an environment with settings that change`, env.spec.id, remedy));
  }
  try {
    env.setParameters(level);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const expectation = `${what} must be settings of ${env.spec.id}`;
    throw new InputError(message(where, expectation, level, error.message.replace(/\.$/, '')), { cause: error });
  }
}

/**
 * Makes a curriculum of anything, such as what a file holds. The settings on its levels are for their environment to check.
 * @param names how messages call what is wrong; those of a library when omitted
 * @throws ConfigError when it is none
 */
export function parseCurriculum(value: unknown, names: MessageNames = libraryNames('parseCurriculum')): Curriculum {
  const option = names.option('curriculum');
  const refuse = (expectation: string, found: unknown, remedy: string): ConfigError =>
    new ConfigError(message(names.where, `${option}: ${expectation}`, found, remedy));
  if (!isRecord(value)) throw refuse('it must have levels and a rule to advance', value, 'Write { levels: […], advance: {…} }');
  const { levels, advance } = value;
  if (!isLevels(levels)) {
    const remedy = 'Write at least one, such as { windPower: 0 }';
    throw refuse('levels must be a list of settings of the environment', levels, remedy);
  }
  if (!isRecord(advance)) throw refuse('advance must say when a level is over', advance, 'Write success, meanReturn or steps');
  const unknown = Object.keys(advance).find(name => !RULES.includes(name));
  if (unknown !== undefined) throw refuse(`advance must be of ${RULES.join(', ')}`, unknown, 'Leave it out');
  const { success, meanReturn, episodes, steps } = advance;
  if (success === undefined && meanReturn === undefined && steps === undefined)
    throw refuse('advance must say when a level is over', advance, 'Give success, meanReturn or steps');
  if (success !== undefined && meanReturn !== undefined)
    throw refuse('success and meanReturn exclude each other', advance, 'Leave one of them out');
  if (success !== undefined && !(typeof success === 'number' && success > 0 && success <= 1))
    throw refuse('success must be in (0, 1]', success, 'Give a share, such as 0.9');
  if (meanReturn !== undefined && !(typeof meanReturn === 'number' && Number.isFinite(meanReturn)))
    throw refuse('meanReturn must be finite', meanReturn, 'Give such a number');
  const count = (name: string, found: unknown): number => {
    const number = typeof found === 'number' ? found : Number.NaN;
    if (Number.isNaN(number)) throw refuse(`${name} must be an integer >= 1`, found, 'Give such a number');
    checkInteger(names, `${option}: ${name}`, number, 1);
    return number;
  };
  return {
    levels,
    advance: {
      ...(success !== undefined && { success }),
      ...(meanReturn !== undefined && { meanReturn }),
      ...(episodes !== undefined && { episodes: count('episodes', episodes) }),
      ...(steps !== undefined && { steps: count('steps', steps) }),
    },
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLevels(levels: unknown): levels is readonly EnvParameters[] {
  return Array.isArray(levels) && levels.length > 0 && levels.every(isRecord);
}

const RULES = ['success', 'meanReturn', 'episodes', 'steps'];
