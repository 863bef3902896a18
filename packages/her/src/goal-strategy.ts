import { InputError, message } from '@zpin/contracts';

const STRATEGIES = ['future', 'final', 'episode'] as const;

/**
 * Where a goal in hindsight comes from (Andrychowicz et al. 2017, section 4.5): what was achieved later in the same episode, at
 * its end, or at any time of it.
 */
export type GoalStrategy = (typeof STRATEGIES)[number];

export interface HindsightOptions {
  readonly strategy: GoalStrategy;
  /** Transitions with a goal in hindsight for each one with its own (k), 0 or more. */
  readonly goals: number;
}

/** As many as the paper found best for `future`. */
const DEFAULT_GOALS = 4;
/** One in so many transitions keeps its own goal: enough to be seen in no batch at all. */
const MAX_GOALS = 1000;

/** Reads `future:4`, `final:1`, `episode:4`; 4 goals where the number is left out. @throws InputError when it is none of these */
export function parseHindsight(text: string): HindsightOptions {
  const [strategy, count = String(DEFAULT_GOALS), ...rest] = text.split(':');
  if (!isStrategy(strategy) || rest.length > 0) {
    const expectation = `the strategy must be ${STRATEGIES.join(', ')}, with a number of goals behind a colon`;
    throw new InputError(message('her', expectation, text, 'Write future:4'));
  }
  return checkHindsight({ strategy, goals: count.trim() === '' ? Number.NaN : Number(count) });
}

/** @throws InputError unless the strategy is known and the number of goals sensible */
export function checkHindsight(options: HindsightOptions): HindsightOptions {
  const { strategy, goals } = options;
  if (!isStrategy(strategy)) {
    throw new InputError(message('her', `the strategy must be ${STRATEGIES.join(', ')}`, strategy, 'Use future'));
  }
  if (Number.isInteger(goals) && goals >= 0 && goals <= MAX_GOALS) return options;
  throw new InputError(message('her', `goals must be an integer in [0, ${MAX_GOALS}]`, goals, 'Write future:4'));
}

function isStrategy(name: string): name is GoalStrategy {
  return STRATEGIES.some(known => known === name);
}
