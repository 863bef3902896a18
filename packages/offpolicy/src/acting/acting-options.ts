import type { EnvSpec, Rng } from '@zpin/contracts';
import type { Network, Store } from '@zpin/core';

/** What acting by a learned policy takes. */
export interface ActingOptions<Actor extends Pick<Network, 'layout'>, Config> {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly actor: Actor;
  /** Holds the policy's weights as `actor`. */
  readonly store: Store<{ readonly actor: Float32Array }>;
  /** Generator of exploration. */
  readonly rng: Rng;
  readonly config: Config;
}
