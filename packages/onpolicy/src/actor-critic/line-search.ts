/** What a candidate policy would be: scalars of one try. */
export interface Candidate {
  /** Growth of the objective over the old policy. */
  readonly improvement: number;
  /** Mean divergence from the old policy, in nats. */
  readonly kl: number;
}

export interface LineSearchOptions {
  readonly maxKl: number;
  /** Tries before the search fails. */
  readonly steps: number;
  /** Factor on the step from one try to the next, in (0, 1). */
  readonly shrink: number;
}

/**
 * Backtracking line search (Schulman et al. 2015, appendix C): the first of the fractions 1, s, s², … of a step with which the
 * objective grows and the divergence stays within its limit.
 * @param evaluate judges a fraction of the step
 * @returns the last candidate and its fraction; `fraction` is 0 when none was good, and the policy must stay as it was
 */
export async function lineSearch(
  evaluate: (fraction: number) => Promise<Candidate>,
  { maxKl, steps, shrink }: LineSearchOptions,
): Promise<Candidate & { readonly fraction: number; readonly tries: number }> {
  let fraction = 1;
  let candidate: Candidate = { improvement: 0, kl: 0 };
  for (let tries = 1; tries <= steps; tries++) {
    candidate = await evaluate(fraction);
    // Written so that a candidate that is not a number is refused.
    if (candidate.improvement > 0 && candidate.kl <= maxKl) return { ...candidate, fraction, tries };
    fraction *= shrink;
  }
  return { improvement: 0, kl: 0, fraction: 0, tries: steps };
}
