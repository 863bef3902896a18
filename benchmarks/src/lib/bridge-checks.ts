import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { EnvError, InputError, isGoalEnv, Rng, sample, type VectorEnv, WorkerError } from '@zpin/contracts';
import { checkEnv, makeVectorEnv } from '@zpin/envs';
import { makeGymnasiumEnv, makeGymnasiumVectorEnv } from '@zpin/python';

/** What was tried with real Gymnasium, and what was found. */
export interface BridgeCheck {
  readonly name: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** Environments that must be able to go on from a state. */
const RESUMABLE = ['CartPole-v1', 'Pendulum-v1', 'Taxi-v4', 'Blackjack-v1', 'HalfCheetah-v5', 'ALE/Pong-v5'];

/** Steps of all copies per second that the bridge must make at least, with 8 copies of CartPole. */
const LEAST_SPEED = 8000;

/** Tries `@zpin/python` with the Python that `ZPIN_PYTHON` names, and the environments of `python/bridge_envs.py`. */
export async function bridgeChecks(): Promise<BridgeCheck[]> {
  return [
    sameAsHere(),
    speed(8),
    speed(1),
    everySpace(),
    parts(),
    rules(),
    pictures(),
    goals(),
    ...RESUMABLE.map(goesOn),
    statesOfItsOwn(),
    ...troubles(),
    printing(),
    refusals(),
    signals(),
    ...(await Promise.all([
      orphans('idle', 0),
      orphans('in a loop of Python', 3),
      orphans('in C, with the lock of Python', 4),
      orphans('with what its environment has started', 9),
    ])),
  ];
}

function check(name: string, found: string | boolean, isMet = found === true): BridgeCheck {
  return { name, found: typeof found === 'string' ? found : found ? 'yes' : 'no', isMet };
}

/** Random actions for all copies, in place. */
function drawActions(env: VectorEnv, rng: Rng, actions: Int32Array): void {
  for (let i = 0; i < actions.length; i++) actions[i] = sample(env.spec.actionSpace, rng) as number;
}

function sameAsHere(): BridgeCheck {
  const [theirs, ours] = [makeGymnasiumVectorEnv('CartPole-v1', 8), makeVectorEnv('CartPole-v1', 8)];
  const [out, own] = [theirs.createStep(), ours.createStep()];
  theirs.reset(out, 1001);
  ours.reset(own, 1001);
  const rng = new Rng(0);
  const actions = new Int32Array(8);
  const names = ['obs', 'reward', 'terminated', 'truncated', 'finalObs'] as const;
  let equal = 0;
  let ends = 0;
  for (let t = 0; t < 5000; t++) {
    drawActions(ours, rng, actions);
    theirs.step(actions, out);
    ours.step(actions, own);
    if (names.every(name => isDeepStrictEqual(out[name], own[name]))) equal++;
    ends += own.terminated.reduce((sum, end) => sum + end, 0);
  }
  theirs.close();
  const found = `${equal} of 5000 steps of 8 copies, with ${ends} ends, to the bit`;
  return check('CartPole-v1 through the bridge is our CartPole-v1', found, equal === 5000 && ends > 100);
}

function speed(copies: number): BridgeCheck {
  const env = makeGymnasiumVectorEnv('CartPole-v1', copies);
  const out = env.createStep();
  env.reset(out, 1);
  const rng = new Rng(0);
  const rounds = Array.from({ length: 64 }, () => {
    const actions = new Int32Array(copies);
    drawActions(env, rng, actions);
    return actions;
  });
  const play = (steps: number) => {
    for (let t = 0; t < steps; t++) env.step(rounds[t % rounds.length], out);
  };
  play(500);
  const start = performance.now();
  play(4000);
  const perSecond = (4000 * copies * 1000) / (performance.now() - start);
  env.close();
  const found = `${Number(perSecond.toPrecision(2)).toLocaleString('en')} steps per second`;
  return check(
    `speed of CartPole-v1, ${copies === 1 ? 'one copy' : `${copies} copies`}`,
    found,
    copies === 1 || perSecond >= LEAST_SPEED,
  );
}

function everySpace(): BridgeCheck {
  const env = makeGymnasiumEnv('bridge_envs:Everything-v0');
  const start = env.reset({ seed: 2 ** 53 - 1 });
  const action = {
    torque: Float32Array.of(0.1, 0.05),
    gear: 6,
    keys: Uint8Array.of(1, 0, 0, 1),
    pair: [Int32Array.of(1, 2), Int32Array.of(-8)],
  };
  const { obs, reward, info } = env.step(action);
  const expectedObs = {
    '9': Uint8Array.of(1, 2, 3, 4, 5, 6),
    '10': Float32Array.of(1 / 3, -3e38, Math.PI, 1),
    half: Float32Array.of(0.5, -0.25),
    nested: [Uint8Array.of(1, 0, 0, 1), Int32Array.of(1, 3), { deep: 1 }],
    small: Int32Array.of(-7, 1),
    truth: Uint8Array.of(1, 0, 1),
    wide: Int32Array.of(1, 2 ** 24),
    z_first: -1,
  };
  const expectedInfo = {
    ...{ is_known: true, torque: [0.1, Math.fround(0.05)], gear: 6, nothing: Number.NaN },
    keys: [
      [1, 0],
      [0, 1],
    ],
    pair: [[6, 2], [-8]],
  };
  env.step(action);
  const refused = thrownBy(() => env.step(action));
  env.close?.();
  const isSame = isDeepStrictEqual(obs, expectedObs) && isDeepStrictEqual(info, expectedInfo) && reward === 1 / 3;
  const isSeeded = start.info.seed === 2 ** 53 - 1;
  const isRefused = refused instanceof EnvError && refused.message.includes('between -16777216 and 16777216');
  return check('spaces of every kind and type, both ways', isSame && isSeeded && isRefused);
}

function parts(): BridgeCheck {
  const [some, one] = [['9', 'small'], ['small']].map(keys => {
    const env = makeGymnasiumEnv('bridge_envs:Everything-v0', { parts: keys });
    const { obs } = env.reset({ seed: 1 });
    env.close?.();
    return obs;
  });
  const small = Int32Array.of(-7, 0);
  return check('parts of a Dict', isDeepStrictEqual([some, one], [{ '9': Uint8Array.of(0, 1, 2, 3, 4, 5), small }, small]));
}

/** The rules of this project, kept by environments of Gymnasium. */
function rules(): BridgeCheck {
  const ids = ['CartPole-v1', 'Pendulum-v1', 'Taxi-v4', 'Blackjack-v1', 'ALE/Pong-v5'];
  const broken = ids.filter(id => {
    const env = makeGymnasiumEnv(id);
    const violations = checkEnv(env);
    env.close?.();
    return violations.length > 0;
  });
  return check('checkEnv', broken.length === 0 ? `nothing against ${ids.length}` : broken.join(), broken.length === 0);
}

function pictures(): BridgeCheck {
  const env = makeGymnasiumEnv('CartPole-v1');
  env.reset({ seed: 1 });
  const frame = env.render?.();
  env.close?.();
  const shades = new Set(frame?.data).size;
  return check('pictures', `${frame?.width} × ${frame?.height}, ${shades} shades`, frame?.data.length === 720_000 && shades > 2);
}

function goals(): BridgeCheck {
  const name = 'goals and their rewards';
  let env: ReturnType<typeof makeGymnasiumEnv>;
  try {
    env = makeGymnasiumEnv('FetchReach-v4');
  } catch (error) {
    // Whoever does without it misses nothing else.
    if (error instanceof InputError) return check(name, 'gymnasium-robotics is not there', true);
    throw error;
  }
  if (!isGoalEnv(env)) return check(name, false);
  const achieved = Float32Array.of(1, 1, 1, 0, 0, 0);
  const desired = Float32Array.of(1, 1, 1.01, 0, 0, 1);
  const rewards = Array.from(env.computeReward(achieved, desired, new Float32Array(2)), reward => reward + 0);
  env.reset({ seed: 1 });
  const { info } = env.step(new Float32Array(4));
  env.close?.();
  return check(name, isDeepStrictEqual(rewards, [0, -1]) && info.isSuccess === false);
}

/** Whether an environment goes on in another process as it would have gone on in its own. */
function goesOn(id: string): BridgeCheck {
  const name = `${id} goes on from a state`;
  const env = makeGymnasiumVectorEnv(id, 2);
  if (!env.isResumable) {
    env.close();
    return check(name, false);
  }
  const out = env.createStep();
  env.reset(out, 5);
  const rng = new Rng(1);
  const draw = () => Array.from({ length: 2 }, () => sample(env.spec.actionSpace, rng));
  const played = Array.from({ length: 200 }, () => {
    const values = draw();
    return typeof values[0] === 'number'
      ? Int32Array.from(values as number[])
      : Float32Array.from(values.flatMap(value => [...(value as Float32Array)]));
  });
  for (const actions of played.slice(0, 120)) env.step(actions, out);
  const state = env.state();
  const other = makeGymnasiumVectorEnv(id, 2);
  other.restore(state);
  const again = other.createStep();
  const equal = played.slice(120).filter(actions => {
    env.step(actions, out);
    other.step(actions, again);
    return isDeepStrictEqual(
      [out.obs, out.reward, out.terminated, out.truncated],
      [again.obs, again.reward, again.terminated, again.truncated],
    );
  });
  env.close();
  other.close();
  return check(name, `${equal.length} of 80 steps`, equal.length === 80);
}

function statesOfItsOwn(): BridgeCheck {
  const [fickle, keeper] = ['Fickle', 'Keeper'].map(kind => {
    const env = makeGymnasiumVectorEnv(`bridge_envs:${kind}-v0`, 1);
    const { isResumable } = env;
    env.close();
    return isResumable;
  });
  return check('chance from elsewhere has no state, unless the environment saves it', !fickle && (keeper ?? false));
}

/** What becomes of steps that go wrong. */
function troubles(): BridgeCheck[] {
  const cases = [
    [
      'an error is told with its place',
      2,
      EnvError,
      /got "ZeroDivisionError: division by zero"\. Look at .*bridge_envs\.py.*in stumble \| return 1 \/ 0\.$/,
    ],
    ['a loop of Python is given up', 3, WorkerError, /must answer within 3 s, got "no answer"/],
    ['a wait in C is given up', 4, WorkerError, /must answer within 3 s, got "no answer"/],
    ['an end of the process is told', 5, WorkerError, /must live, got "an end with code 7"/],
    ['sys.exit is an error of the environment', 6, EnvError, /got "SystemExit: enough"/],
    ['input has nothing to read', 7, EnvError, /got "EOFError/],
    ['an observation of another shape is an error', 8, EnvError, /must have the shape of their space, \(1,\), got "\(2,\)"/],
  ] as const;
  return cases.map(([name, action, kind, pattern]) => {
    const env = makeGymnasiumVectorEnv('bridge_envs:Trouble-v0', 2, { timeoutSeconds: 3 });
    const out = env.createStep();
    env.reset(out, 1);
    const error = thrownBy(() => env.step(Int32Array.of(0, action), out));
    env.close();
    return check(name, error instanceof kind && pattern.test(error.message));
  });
}

function printing(): BridgeCheck {
  const { stdout, stderr, status } = playElsewhere(
    'for (let t = 0; t < 3; t++) play(1); console.log(out.obs.length); env.close();',
  );
  const words = ['printed', 'written', 'through', 'below', 'in C'];
  const isShown = words.every(word => stderr.split('\n').filter(line => line === word).length === 3);
  return check('what is printed, by whatever, is shown on the error output alone', status === 0 && stdout === '1\n' && isShown);
}

function refusals(): BridgeCheck {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-bridge-'));
  const bare = join(folder, 'bare-python');
  // Without the packages of its installation.
  writeFileSync(bare, `#!/bin/sh\nexec "${process.env.ZPIN_PYTHON}" -S "$@"\n`, { mode: 0o755 });
  const found = [
    thrownBy(() => makeGymnasiumVectorEnv('CarPole-v1', 1)),
    thrownBy(() => makeGymnasiumVectorEnv('CartPole-v1', 1, { nonsense: 1 })),
    thrownBy(() => makeGymnasiumVectorEnv('nowhere:CartPole-v1', 1)),
    thrownBy(() => makeGymnasiumVectorEnv('bridge_envs:Wordy-v0', 1)),
    withPython(bare, () => thrownBy(() => makeGymnasiumVectorEnv('CartPole-v1', 1))),
  ];
  rmSync(folder, { recursive: true });
  const texts = [
    /must be registered in Gymnasium, got .*Did you mean: `CartPole`/,
    /got "TypeError: .*unexpected keyword argument 'nonsense'"/,
    /the module nowhere must be there/,
    /the observation must be of Box, .*, got "Text"/,
    /Python must have numpy, got .*Run .* -m pip install numpy gymnasium/,
  ];
  const met = found.filter((error, i) => error instanceof InputError && texts[i]?.test(error.message));
  return check(
    'ids, options, modules and spaces that are none, and a bare Python, are refused',
    `${met.length} of 5`,
    met.length === 5,
  );
}

/** Ctrl-C reaches Python too, which must leave it to its parent. */
function signals(): BridgeCheck {
  const env = makeGymnasiumVectorEnv('CartPole-v1', 2);
  const out = env.createStep();
  env.reset(out, 1);
  const children = childrenOf(process.pid);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) for (const child of children) process.kill(child, signal);
  const error = thrownBy(() => {
    for (let t = 0; t < 200; t++) env.step(Int32Array.of(0, 1), out);
  });
  env.close();
  return check('Ctrl-C and requests to end are left to the parent', children.length === 1 && error === undefined);
}

/** Whether Python ends when its parent is killed, and all that is of its group. */
async function orphans(when: string, action: number): Promise<BridgeCheck> {
  const name = `no process is left when its parent is killed, ${when}`;
  const code = `console.log('ready'); ${action > 0 ? `play(${action});` : ''} setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, programOf(code), { stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.race(['data', 'end'].map(event => new Promise(resolve => parent.stdout.once(event, resolve))));
  const [child] = childrenOf(parent.pid as number);
  if (child === undefined) return check(name, 'no process was there', false);
  await pause(500);
  const wasThere = lives(child);
  parent.kill('SIGKILL');
  for (let i = 0; i < 100 && membersOf(child).length > 0; i++) await pause(100);
  return check(name, wasThere && membersOf(child).length === 0);
}

function playElsewhere(code: string): { readonly stdout: string; readonly stderr: string; readonly status: number | null } {
  return spawnSync(process.execPath, programOf(code), { encoding: 'utf8' });
}

/** Arguments of Node for a program that plays what is troublesome. */
function programOf(code: string): string[] {
  const file = join(mkdtempSync(join(tmpdir(), 'zpin-bridge-')), 'play.mjs');
  writeFileSync(
    file,
    `
    import { rmSync } from 'node:fs';
    import { dirname } from 'node:path';
    import { makeGymnasiumVectorEnv } from '${import.meta.resolve('@zpin/python')}';
    rmSync(dirname(process.argv[1]), { recursive: true });
    const env = makeGymnasiumVectorEnv('bridge_envs:Trouble-v0', 1, { timeoutSeconds: 60 });
    const out = env.createStep();
    env.reset(out, 1);
    const play = action => env.step(Int32Array.of(action), out);
    ${code}`,
  );
  // From sources, it needs the flags that load them.
  return [...process.execArgv, file];
}

function childrenOf(id: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const rows = lines.map(line => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []);
  return rows
    .filter(([, , parent, command]) => Number(parent) === id && command?.includes('server.py'))
    .map(([, child]) => Number(child));
}

/** The processes of a group. */
function membersOf(group: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,pgid='], { encoding: 'utf8' }).split('\n');
  const rows = lines.map(line => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, its]) => its === group).map(([id]) => id);
}

function lives(id: number): boolean {
  return thrownBy(() => process.kill(id, 0)) === undefined;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

function withPython<T>(command: string, act: () => T): T {
  const before = process.env.ZPIN_PYTHON;
  process.env.ZPIN_PYTHON = command;
  try {
    return act();
  } finally {
    process.env.ZPIN_PYTHON = before;
  }
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
