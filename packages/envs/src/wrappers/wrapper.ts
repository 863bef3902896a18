import {
  type Env,
  type EnvParameters,
  type EnvSpec,
  type EnvState,
  type Frame,
  hasActionMask,
  InputError,
  isResumable,
  message,
  type ResetOptions,
  type ResetResult,
  type RewardTally,
  type StateValue,
  type StepResult,
  withTally,
  wrappedSpec,
} from '@zpin/contracts';

const NOTHING: EnvState = Object.freeze({});

/** An environment around another one. A subclass changes what it passes on; what it remembers it adds by `save` and `load`. */
export abstract class Wrapper<Obs, Act, InnerObs = Obs, InnerAct = Act> implements Env<Obs, Act> {
  readonly spec: EnvSpec;
  /** There when the wrapped environment can render. */
  readonly render?: () => Frame;
  /** There when the settings of the wrapped environment can change. */
  readonly setParameters?: (parameters: EnvParameters) => void;
  /** There when the actions of the wrapped environment have names, and are those of the wrapper. */
  readonly actionNames?: readonly string[];
  /** Whether a reset may go on with the time limit of the episode before, as after a lost life. */
  readonly keepsTime: boolean;
  /** What the innermost environment has paid: a subclass may change rewards, and returns of episodes stay its own. */
  readonly rewardTally: RewardTally;
  /** The wrapped environment; its steps go through this, so that what it pays is counted. */
  protected readonly env: Env<InnerObs, InnerAct>;

  /**
   * @param changes of the spec @param name under which it stands in the spec where it changes what is observed or what actions mean,
   * with the numbers that it depends on; that of the class when omitted
   */
  protected constructor(env: Env<InnerObs, InnerAct>, changes: Partial<EnvSpec> = {}, name = new.target.name) {
    const counted = withTally(env);
    this.env = counted;
    this.rewardTally = counted.rewardTally;
    this.spec = wrappedSpec({ ...env.spec, ...(hasActionMask(env) && { hasActionMask: true }) }, changes, name);
    if (env.actionNames && !changes.actionSpace) this.actionNames = env.actionNames;
    this.keepsTime = env instanceof Wrapper && env.keepsTime;
    if (env.render) this.render = () => env.render?.() as Frame;
    if (env.setParameters) this.setParameters = parameters => env.setParameters?.(parameters);
  }

  abstract reset(options?: ResetOptions): ResetResult<Obs>;
  abstract step(action: Act): StepResult<Obs>;

  /** What the wrapper itself remembers between steps. */
  protected save(): EnvState {
    return NOTHING;
  }

  protected load(_state: EnvState): void {}

  /** Says whether the next steps are observed: frames that are skipped need no pictures, where the environment can leave them out. */
  protected observeNext(isObserved: boolean): void {
    if (this.env.isObserved !== undefined) this.env.isObserved = isObserved;
  }

  get isResumable(): boolean {
    return isResumable(this.env);
  }

  state(): EnvState {
    if (this.env.state) return { inner: this.env.state(), own: this.save() };
    throw new InputError(message(`${this.spec.id}.state`, 'the wrapped environment must have state()', 'none', 'Write it'));
  }

  restore(state: EnvState): void {
    if (!this.env.restore) {
      throw new InputError(message(`${this.spec.id}.restore`, 'the wrapped environment must have restore()', 'none', 'Write it'));
    }
    this.env.restore(state.inner as { readonly [key: string]: StateValue });
    this.load(state.own as { readonly [key: string]: StateValue });
  }

  close(): void {
    this.env.close?.();
  }
}
