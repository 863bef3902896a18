import { type Env, type Frame, InputError, message, type ResetOptions, type ResetResult, type StepResult } from '@zpin/contracts';
import { Wrapper } from './wrapper.ts';

/** Shows every picture of every episode to a listener, the first and the last one among them. */
export class RecordFrames<Obs, Act> extends Wrapper<Obs, Act> {
  readonly #onFrame: (frame: Frame, t: number, isLast: boolean) => void;
  #t = 0;

  /**
   * @param onFrame takes the picture, the steps since the episode began, and whether the episode ended with it
   * @throws InputError when the environment cannot render
   */
  constructor(env: Env<Obs, Act>, onFrame: (frame: Frame, t: number, isLast: boolean) => void) {
    if (!env.render) {
      throw new InputError(
        message('RecordFrames', `${env.spec.id} must be able to render`, undefined, 'Use another environment'),
      );
    }
    super(env);
    this.#onFrame = onFrame;
  }

  override reset(options?: ResetOptions): ResetResult<Obs> {
    const result = this.env.reset(options);
    this.#t = 0;
    this.#onFrame((this.render as () => Frame)(), 0, false);
    return result;
  }

  override step(action: Act): StepResult<Obs> {
    const result = this.env.step(action);
    this.#t++;
    this.#onFrame((this.render as () => Frame)(), this.#t, result.terminated || result.truncated);
    return result;
  }

  protected override save() {
    return { t: this.#t };
  }

  protected override load(state: { readonly t?: unknown }): void {
    this.#t = state.t as number;
  }
}
