import type { Actor, EnvState, Frame, NumericArray, VectorEnv, VectorStep } from '@zpin/contracts';
import { evaluate } from '@zpin/core';
import { VectorWrapper } from '@zpin/envs';

/** Shows what one copy looks like before each step, from the first one of an episode on. */
class Filmed extends VectorWrapper {
  readonly #onFrame: (frame: Frame) => void;

  constructor(env: VectorEnv, onFrame: (frame: Frame) => void) {
    super(env);
    this.#onFrame = onFrame;
  }

  override reset(out: VectorStep, seed?: number | readonly number[]): void {
    super.reset(out, seed);
    this.#show();
  }

  override step(actions: NumericArray, out: VectorStep): void {
    super.step(actions, out);
    // At an end the next episode has begun already.
    if (!out.terminated[0] && !out.truncated[0]) this.#show();
  }

  #show(): void {
    const frame = this.render?.();
    if (frame) this.#onFrame(frame);
  }

  protected override save(): EnvState {
    return {};
  }

  protected override load(): void {}
}

export interface FilmedEpisode {
  readonly agent: Actor;
  /** One copy of the environment. */
  readonly env: VectorEnv;
  /** Of the episode. */
  readonly seed: number;
  /** Steps after which it is cut off. */
  readonly maxSteps: number;
  onFrame(frame: Frame): void;
}

/** Plays one greedy episode, and shows its pictures. @throws InputError when the environment cannot render */
export async function filmEpisode({ agent, env, seed, maxSteps, onFrame }: FilmedEpisode): Promise<void> {
  const filmed = new Filmed(env, onFrame);
  await evaluate(agent, filmed, 1, seed, { maxEpisodeSteps: maxSteps });
}
