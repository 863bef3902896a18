import { CheckpointError, ConfigError, message } from '@zpin/contracts';

/** The best evaluation of a run so far. */
export interface BestEvaluation {
  /** Steps of the run at which it was. */
  readonly step: number;
  /** Over its episodes. */
  readonly meanReturn: number;
}

/** Why a run ended before all its steps: an evaluation reached the return to stop at, or too many in a row were no better. */
export type EarlyEnd = 'return' | 'patience';

/** When evaluations end a run before all its steps. */
export interface StopRules {
  /** Ends the run when the mean return of an evaluation is at least this. */
  readonly stopAtReturn?: number;
  /** Ends the run when so many evaluations in a row had no better mean return than the best one before them. */
  readonly patience?: number;
}

/** What a checkpoint keeps of the evaluations of a run. */
export type EvaluationScores = {
  readonly best?: { readonly step: number; readonly meanReturn: number };
  readonly evaluationsSinceBest?: number;
};

/**
 * How the evaluations of a run went: the best one, and how many came after it. When they end a run follows from these and the rules
 * alone, so a run that goes on under other rules ends by those.
 */
export class EvaluationRecord {
  #best: BestEvaluation | null = null;
  #sinceBest = 0;

  get best(): BestEvaluation | null {
    return this.#best;
  }

  /** Takes an evaluation in. @returns whether none before was as good */
  take(step: number, returns: readonly number[]): boolean {
    const meanReturn = returns.reduce((sum, value) => sum + value, 0) / returns.length;
    if (this.#best !== null && meanReturn <= this.#best.meanReturn) {
      this.#sinceBest++;
      return false;
    }
    this.#best = { step, meanReturn };
    this.#sinceBest = 0;
    return true;
  }

  /** Whether the evaluations end the run, and by which rule. */
  endedBy({ stopAtReturn, patience }: StopRules): EarlyEnd | null {
    if (this.#best === null) return null;
    if (stopAtReturn !== undefined && this.#best.meanReturn >= stopAtReturn) return 'return';
    return patience !== undefined && this.#sinceBest >= patience ? 'patience' : null;
  }

  /** Nothing before the first evaluation. */
  state(): EvaluationScores {
    return { ...(this.#best && { best: { ...this.#best }, evaluationsSinceBest: this.#sinceBest }) };
  }

  /** @throws CheckpointError when the numbers cannot be those of evaluations */
  restore({ best, evaluationsSinceBest = 0 }: EvaluationScores): void {
    const isScore = best === undefined || (Number.isSafeInteger(best.step) && Number.isFinite(best.meanReturn));
    if (!isScore || !Number.isSafeInteger(evaluationsSinceBest) || evaluationsSinceBest < 0) {
      const expectation = 'the best evaluation of the saved state must be a step, a return and a count';
      throw new CheckpointError(message('train', expectation, { best, evaluationsSinceBest }, 'Pass the state as it was saved'));
    }
    this.#best = best === undefined ? null : { step: best.step, meanReturn: best.meanReturn };
    this.#sinceBest = evaluationsSinceBest;
  }
}

/** @throws ConfigError when a rule can never hold */
export function checkStopRules({ stopAtReturn, patience }: StopRules): void {
  if (stopAtReturn !== undefined && !Number.isFinite(stopAtReturn)) {
    const remedy = 'Give the mean return that is good enough, or leave it out';
    throw new ConfigError(message('train', 'evaluation.stopAtReturn must be a finite number', stopAtReturn, remedy));
  }
  if (patience !== undefined && !(Number.isSafeInteger(patience) && patience >= 1)) {
    const remedy = 'Give the evaluations to wait for a better one, or leave it out';
    throw new ConfigError(message('train', 'evaluation.patience must be a whole number > 0', patience, remedy));
  }
}
