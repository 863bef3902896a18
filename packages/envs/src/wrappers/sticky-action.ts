import {
  type Env,
  type EnvState,
  InputError,
  message,
  type ResetOptions,
  type ResetResult,
  Rng,
  type RngState,
  type SpaceValue,
  type StateValue,
  type StepResult,
} from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/**
 * With some probability plays the previous action again instead of the chosen one, so that no agent can rely on exact timing
 * (Machado et al. 2018). The first action of an episode is always played, and so is the chosen one where the previous one has
 * become illegal.
 */
export class StickyAction<Obs> extends Wrapper<Obs, SpaceValue> {
  readonly #probability: number;
  #rng = new Rng(0);
  #previous: SpaceValue | null = null;
  /** Legal actions by the last info, where the environment has masks. */
  #mask: Uint8Array | undefined;

  /** @throws InputError unless `probability` is in [0, 1] */
  constructor(env: Env<Obs, SpaceValue>, probability = 0.25) {
    super(env);
    if (!(probability >= 0 && probability <= 1)) {
      throw new InputError(message('StickyAction', 'probability must be in [0, 1]', probability, 'Usual is 0.25'));
    }
    this.#probability = probability;
  }

  override reset({ seed, ...options }: ResetOptions = {}): ResetResult<Obs> {
    this.#previous = null;
    if (seed === undefined) return this.#see(this.env.reset(options));
    // A child of the seed's generator: the environment's own draws stay as they are.
    const rng = typeof seed === 'number' ? new Rng(seed) : seed;
    [this.#rng] = rng.spawn(1);
    return this.#see(this.env.reset({ ...options, seed: rng }));
  }

  override step(action: SpaceValue): StepResult<Obs> {
    const isStuck = this.#previous !== null && this.#rng.random() < this.#probability;
    // A copy: the caller may reuse his array.
    if (!isStuck || !this.#isLegal(this.#previous)) this.#previous = structuredClone(action);
    return this.#see(this.env.step(this.#previous as SpaceValue));
  }

  #see<R extends ResetResult<Obs>>(result: R): R {
    if (this.spec.hasActionMask) this.#mask = result.info.actionMask;
    return result;
  }

  #isLegal(action: SpaceValue | null): boolean {
    const { actionSpace } = this.spec;
    if (!this.#mask || actionSpace.type !== 'discrete') return true;
    return this.#mask[(action as number) - actionSpace.start] === 1;
  }

  protected override save(): EnvState {
    const mask = this.#mask && { mask: this.#mask.slice() };
    return { rng: this.#rng.state(), previous: structuredClone(this.#previous) as StateValue, ...mask };
  }

  protected override load(state: EnvState): void {
    this.#rng = Rng.fromState(state.rng as RngState);
    this.#previous = structuredClone(state.previous) as SpaceValue | null;
    this.#mask = (state.mask as Uint8Array | undefined)?.slice();
  }
}
