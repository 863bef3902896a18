export interface SharedRmspropOptions {
  readonly learningRate: number;
  /** Decay of the mean of squared gradients, in [0, 1). */
  readonly decay: number;
  /** Keeps the divisor from 0, > 0. */
  readonly epsilon: number;
}

/**
 * Shared RMSprop (Mnih et al. 2016, eq. 8 and 9), in place: g ← α g + (1 − α) Δθ², θ ← θ − η Δθ / √(g + ε).
 *
 * The vectors may lie in memory that other threads change at the same time. No lock is taken, as in the paper (Recht et al. 2011,
 * "Hogwild"): each number is read and written whole, and a change that is lost now and then does no harm.
 * @param parameters `[P]`: θ @param meanSquare `[P]`: g @param gradient `[P]`: Δθ
 */
export function sharedRmspropStep(
  parameters: Float32Array,
  meanSquare: Float32Array,
  gradient: Float32Array,
  { learningRate, decay, epsilon }: SharedRmspropOptions,
): void {
  for (let i = 0; i < gradient.length; i++) {
    const slope = gradient[i];
    const mean = decay * meanSquare[i] + (1 - decay) * slope * slope;
    meanSquare[i] = mean;
    parameters[i] -= (learningRate * slope) / Math.sqrt(mean + epsilon);
  }
}
