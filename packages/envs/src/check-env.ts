import {
  contains,
  describeFarActions,
  describeSpace,
  type Env,
  type EnvInfo,
  type EnvState,
  flatten,
  hasActionMask,
  type NumericArray,
  observationParts,
  type ResetResult,
  Rng,
  SpaceError,
  type SpaceValue,
  type StepResult,
  sample,
  type VectorStep,
} from '@zpin/contracts';
import { checkSpaces } from './base/check-spaces.ts';
import { SyncVectorEnv } from './vector/sync-vector-env.ts';

/** One breach of the environment contract. */
export interface Violation {
  /** `space`, `reward`, `flags`, `seed`, `determinism`, `aliasing`, `state`, `mask`, `action`, `scale`, `render`, `vector`. */
  readonly rule: string;
  /** `breach`: algorithms learn something wrong or fail; `advice`: they work, with less than they could. */
  readonly severity: 'breach' | 'advice';
  readonly problem: string;
  /** How to mend it. */
  readonly remedy: string;
  /** What the environment threw, where it did. */
  readonly cause?: unknown;
}

export interface CheckOptions {
  /** Steps played by each check. */
  readonly steps?: number;
  readonly seed?: number;
}

/**
 * Plays an environment with random actions and looks for breaches of the contract: values outside their spaces, results that a
 * seed does not repeat, observations that change afterwards, states that do not restore, and so on. An empty list means that none
 * was found.
 */
export function checkEnv(env: Env, { steps = 300, seed = 7 }: CheckOptions = {}): Violation[] {
  const violations: Violation[] = [];
  const report: Report = (rule, problem, remedy, severity = 'breach') => {
    if (!violations.some(v => v.rule === rule && v.remedy === remedy)) violations.push({ rule, severity, problem, remedy });
  };
  try {
    checkSpaces(env.spec);
  } catch (error) {
    // Nothing else can be told of what has no spaces.
    report('space', error instanceof Error ? error.message : String(error), 'Mend what the message names');
    return violations;
  }
  const checks: [string, (env: Env, plan: Plan, report: Report) => void][] = [
    ['space', checkPictures],
    ['space', checkEpisodes],
    ['seed', checkSeeds],
    ['state', checkState],
    ['action', checkActions],
    ['scale', checkActionScale],
    ['render', checkRender],
    ['vector', checkVector],
  ];
  for (const [rule, check] of checks) {
    // Copies refuse wrong flags, which were told before.
    if (check === checkVector && violations.some(({ rule: told }) => told === 'flags')) continue;
    try {
      check(env, { steps, seed }, report);
    } catch (error) {
      const problem = `it threw: ${error instanceof Error ? error.message : String(error)}`;
      violations.push({ rule, severity: 'breach', problem, remedy: 'Mend what the message names', cause: error });
    }
  }
  return violations;
}

type Report = (rule: string, problem: string, remedy: string, severity?: Violation['severity']) => void;

interface Plan {
  readonly steps: number;
  readonly seed: number;
}

/** Whether networks can read the observations: pictures with their channels last. */
function checkPictures({ spec }: Env, _plan: Plan, report: Report): void {
  try {
    observationParts(spec.observationSpace);
  } catch (error) {
    if (!(error instanceof SpaceError)) throw error;
    report('space', `networks cannot read the observations: ${error.message}`, 'Change the space as the message says');
  }
}

function checkEpisodes(env: Env, { steps, seed }: Plan, report: Report): void {
  const { observationSpace, maxEpisodeSteps } = env.spec;
  const kept: { obs: unknown; copy: unknown }[] = [];
  const look = (obs: unknown, info: EnvInfo, where: string, isLast = false): void => {
    if (!contains(observationSpace, obs)) {
      const remedy = 'Widen the space, or return a value of its element type, length and bounds';
      report('space', `${where} returned ${show(obs)}, which is not in ${describeSpace(observationSpace)}`, remedy);
    }
    kept.push({ obs, copy: structuredClone(obs) });
    checkMask(env, info, isLast, report);
  };
  const first = env.reset({ seed });
  look(first.obs, first.info, 'reset');
  let length = 0;
  for (const { result, first: after } of play(env, steps, seed, first.info)) {
    length++;
    look(result.obs, result.info, 'step', Boolean(result.terminated));
    if (after) look(after.obs, after.info, 'reset');
    checkResult(result, report);
    if (maxEpisodeSteps !== null && length >= maxEpisodeSteps && !result.truncated) {
      report(
        'flags',
        `step ${length} was not truncated, but the limit is ${maxEpisodeSteps}`,
        'Wrap it in TimeLimit, or mend its spec',
      );
    }
    if (result.terminated || result.truncated) length = 0;
  }
  if (kept.some(({ obs, copy }) => show(obs) !== show(copy))) {
    report('aliasing', 'an observation changed after it was returned', 'Return a new array from every reset and step');
  }
}

function checkResult({ reward, terminated, truncated, info }: StepResult<unknown>, report: Report): void {
  if (!Number.isFinite(reward)) report('reward', `the reward was ${reward}`, 'Return a finite number');
  if (typeof terminated !== 'boolean' || typeof truncated !== 'boolean') {
    report('flags', `terminated was ${show(terminated)} and truncated ${show(truncated)}`, 'Return booleans');
  }
  if (typeof info !== 'object' || info === null)
    report('flags', `info was ${show(info)}`, 'Return an object, {} if there is nothing');
}

function checkMask(env: Env, info: EnvInfo, isLast: boolean, report: Report): void {
  const { actionSpace } = env.spec;
  const mask: unknown = info?.actionMask;
  const announced = 'Put hasActionMask: true into the spec';
  if (!hasActionMask(env)) {
    const remedy = actionSpace.type === 'discrete' ? announced : 'Leave it out: only Discrete actions have masks';
    if (mask !== undefined) report('mask', 'info.actionMask is there, but the spec has no hasActionMask', remedy);
    return;
  }
  if (actionSpace.type !== 'discrete') {
    report('mask', `hasActionMask is true for ${describeSpace(actionSpace)}`, 'Leave it out: only Discrete actions have masks');
    return;
  }
  if (mask === undefined) {
    if (!isLast) report('mask', 'hasActionMask is true, but info.actionMask is missing', 'Put the mask into every info');
    return;
  }
  const isMask = mask instanceof Uint8Array && mask.length === actionSpace.n && mask.every(value => value <= 1);
  if (!isMask || !(isLast || mask.includes(1))) {
    const remedy = 'Give a Uint8Array of 0 or 1 for each of the Discrete actions, at least one of them 1';
    report('mask', `info.actionMask was ${show(mask)}`, remedy);
  }
}

function checkSeeds(env: Env, { steps, seed }: Plan, report: Report): void {
  const run = (start: number | Rng): string => {
    const { obs, info } = env.reset({ seed: start });
    return show(obs) + show(Array.from(play(env, steps, seed, info), ({ result }) => result));
  };
  const once = run(seed);
  if (run(seed) !== once) {
    report(
      'determinism',
      'one seed gave two different runs',
      'Draw everything from the generator that reset seeds; keep nothing between episodes',
    );
  }
  if (run(new Rng(seed)) !== once) {
    report(
      'seed',
      'reset({ seed: new Rng(s) }) did not play as reset({ seed: s })',
      'Use a given Rng as it is, and make one from a number',
    );
  }
}

function checkState(env: Env, { steps, seed }: Plan, report: Report): void {
  if (!env.state || !env.restore) {
    const remedy = 'Write both, so that a run that was stopped goes on with the episodes that it was in';
    report('state', 'state() or restore() is missing', remedy, 'advice');
    return;
  }
  Array.from(play(env, Math.ceil(steps / 3), seed, env.reset({ seed }).info));
  // Somewhere inside an episode, if episodes last that long.
  let { info } = env.reset();
  for (let tries = 0; tries < 10; tries++) {
    const last = [...play(env, 3, seed + tries, info)].at(-1);
    info = last?.first?.info ?? last?.result.info ?? info;
    if (!last?.first) break;
    info = env.reset().info;
  }
  const saved = env.state();
  let copy: EnvState;
  try {
    copy = structuredClone(saved);
  } catch {
    report('state', 'state() holds something that cannot be copied', 'Use JSON values and typed arrays only');
    return;
  }
  const once = show(Array.from(play(env, steps, seed, info), ({ result }) => result));
  if (show(saved) !== show(copy)) report('state', 'a state changed after it was returned', 'Copy arrays in state()');
  env.restore(copy);
  if (show(env.state()) !== show(saved)) report('state', 'state() after restore(s) is not s', 'Restore every field');
  if (show(Array.from(play(env, steps, seed, info), ({ result }) => result)) !== once) {
    report(
      'state',
      'a restored environment did not go on as before',
      'Put everything that changes into state(), the generator and counters too',
    );
  }
}

function checkActions(env: Env, { seed }: Plan, report: Report): void {
  const { actionSpace } = env.spec;
  const bad: SpaceValue[] = [];
  if (actionSpace.type === 'discrete') bad.push(actionSpace.start + actionSpace.n, actionSpace.start - 1, Number.NaN);
  if (actionSpace.type === 'multiDiscrete')
    bad.push(Int32Array.from(actionSpace.nvec), new Int32Array(actionSpace.nvec.length + 1));
  if (actionSpace.type === 'multiBinary') bad.push(new Uint8Array(actionSpace.n).fill(2), new Uint8Array(actionSpace.n + 1));
  if (actionSpace.type === 'box' && actionSpace.dtype !== 'float32') bad.push(actionSpace.high.map(high => high + 1));
  if (actionSpace.type === 'box')
    bad.push(actionSpace.low.slice().fill(Number.NaN), new Float32Array(actionSpace.low.length + 1));
  for (const action of bad) {
    // Integer arrays cannot hold NaN.
    if (contains(actionSpace, action)) continue;
    env.reset({ seed });
    try {
      env.step(action);
    } catch {
      continue;
    }
    report(
      'action',
      `step took ${show(action)}, which is not in ${describeSpace(actionSpace)}`,
      'Throw an error that names the space, and a wrong policy shows at once',
      'advice',
    );
  }
}

/** Not a breach, but what Gaussian policies learn little with. */
function checkActionScale(env: Env, _plan: Plan, report: Report): void {
  const far = describeFarActions(env.spec.actionSpace);
  if (far === null) return;
  const remedy = 'Let actions lie in [-1, 1] and scale them inside, wrap it in RescaleAction, or train with scaleActions';
  report('scale', `the actions are far from [-1, 1], ${far}, where a Gaussian policy does not come`, remedy, 'advice');
}

function checkRender(env: Env, { seed }: Plan, report: Report): void {
  if (!env.render) return;
  env.reset({ seed });
  const { width, height, data } = env.render();
  if (data.length !== width * height * 3 || data.length === 0) {
    report('render', `a frame of ${width} x ${height} had ${data.length} bytes`, 'Return width * height * 3 bytes');
  }
}

/** The vector form must hand over the same episodes, the true last observation, and the first of the next episode. */
function checkVector(env: Env, { steps, seed }: Plan, report: Report): void {
  const { observationSpace, actionSpace } = env.spec;
  const begun = env.reset({ seed });
  const rows = [show(flatten(observationSpace, begun.obs as SpaceValue))];
  const actions: SpaceValue[] = [];
  for (const { action, result, first } of play(env, steps, seed, begun.info)) {
    actions.push(action);
    const obs = flatten(observationSpace, result.obs as SpaceValue);
    rows.push(show([first ? flatten(observationSpace, first.obs as SpaceValue) : obs, first ? obs : null]));
  }
  const vector = new SyncVectorEnv(() => env, 1);
  const out: VectorStep = vector.createStep();
  vector.reset(out, [seed]);
  const vectorRows = [show(out.obs)];
  for (const action of actions) {
    vector.step(flatten(actionSpace, action), out);
    vectorRows.push(show([out.obs, out.terminated[0] || out.truncated[0] ? out.finalObs : null]));
  }
  if (rows.some((row, i) => row !== vectorRows[i])) {
    report(
      'vector',
      'stepping it in a SyncVectorEnv gave other observations',
      'Make resetRow and stepRow do what reset and step do',
    );
  }
  checkIntegerRows(env, vector, actions, seed, report);
}

/** What an environment writes into rows of integers itself, written into rows of floats: those hide nothing. */
function checkIntegerRows(env: Env, vector: SyncVectorEnv, actions: readonly SpaceValue[], seed: number, report: Report): void {
  const { observationSpace, actionSpace } = env.spec;
  const step = vector.createStep();
  if (!('stepRow' in env) || step.obs instanceof Float32Array) return;
  const out: VectorStep = { ...step, obs: new Float32Array(step.obs.length), finalObs: new Float32Array(step.obs.length) };
  const look = (rows: NumericArray, where: string): void => {
    const bad = rows.find(value => !Number.isInteger(value));
    if (bad === undefined) return;
    const problem = `${where} observed ${bad}, which no row of ${describeSpace(observationSpace)} can hold`;
    report('space', problem, 'Write integers, or make the space one of floats');
  };
  vector.reset(out, [seed]);
  look(out.obs, 'reset');
  for (const action of actions) {
    vector.step(flatten(actionSpace, action), out);
    look(out.obs, 'step');
    if (out.terminated[0] || out.truncated[0]) look(out.finalObs, 'step');
  }
}

interface Played {
  readonly action: SpaceValue;
  readonly result: StepResult<unknown>;
  /** The next episode's beginning, after an end. */
  readonly first?: ResetResult<unknown>;
}

/**
 * Plays random legal actions; an episode that ends is followed by an unseeded reset.
 * @param info of the observation at hand
 */
function* play(env: Env, steps: number, seed: number, info: EnvInfo): Generator<Played> {
  const rng = new Rng(seed);
  let at = info;
  for (let t = 0; t < steps; t++) {
    const action = legalAction(env, at, rng);
    const result = env.step(action);
    const first = result.terminated || result.truncated ? env.reset() : undefined;
    at = (first ?? result).info;
    yield first ? { action, result, first } : { action, result };
  }
}

/** A random action of the space, and one that the mask allows where there is a mask that allows any. */
function legalAction({ spec: { actionSpace } }: Env, info: EnvInfo, rng: Rng): SpaceValue {
  const mask: ArrayLike<number> | undefined = info?.actionMask;
  if (actionSpace.type !== 'discrete' || !mask) return sample(actionSpace, rng);
  const legal = Array.from({ length: actionSpace.n }, (_, action) => action).filter(action => mask[action]);
  if (legal.length === 0) return sample(actionSpace, rng);
  return actionSpace.start + legal[rng.integers(0, legal.length)];
}

/** Exact text of a value, types of arrays included. */
function show(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part) => {
      if (ArrayBuffer.isView(part)) return `${part.constructor.name}(${Array.from(part as Float64Array).join()})`;
      return typeof part === 'number' && !Number.isFinite(part) ? String(part) : part;
    }) ?? String(value)
  );
}
