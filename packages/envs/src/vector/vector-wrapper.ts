import {
  type EnvParameters,
  type EnvSpec,
  type EnvState,
  type Frame,
  type NumericArray,
  type StateValue,
  type VectorEnv,
  type VectorStep,
  wrappedSpec,
} from '@zpin/contracts';

/** A vector environment around another one; a subclass changes the arrays after each reset and step. */
export abstract class VectorWrapper implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly render?: (index?: number) => Frame;
  /** There when the settings of the wrapped environment can change. */
  readonly setParameters?: (parameters: EnvParameters) => void;
  protected readonly env: VectorEnv;

  /** @param changes of the spec @param name as in `Wrapper` */
  protected constructor(env: VectorEnv, changes: Partial<EnvSpec> = {}, name = new.target.name) {
    this.env = env;
    this.spec = wrappedSpec(env.spec, changes, name);
    this.numEnvs = env.numEnvs;
    if (env.render) this.render = index => env.render?.(index) as Frame;
    if (env.setParameters) this.setParameters = parameters => env.setParameters?.(parameters);
  }

  get isResumable(): boolean {
    return this.env.isResumable !== false;
  }

  get parameters(): EnvParameters | null {
    return this.env.parameters ?? null;
  }

  /** What the wrapper itself remembers between steps. */
  protected abstract save(): EnvState;
  protected abstract load(state: EnvState): void;

  createStep(): VectorStep {
    return this.env.createStep();
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    this.env.reset(out, seed);
  }

  step(actions: NumericArray, out: VectorStep): void {
    this.env.step(actions, out);
  }

  state(): EnvState {
    return { inner: this.env.state(), own: this.save() };
  }

  restore(state: EnvState): void {
    this.env.restore(state.inner as { readonly [key: string]: StateValue });
    this.load(state.own as { readonly [key: string]: StateValue });
  }

  close(): void {
    this.env.close();
  }
}
