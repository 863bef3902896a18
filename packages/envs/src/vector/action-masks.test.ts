import {
  box,
  discrete,
  type Env,
  type EnvInfo,
  type EnvSpec,
  multiDiscrete,
  type NumericArray,
  SpaceError,
  type SpaceValue,
} from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ArrayEnv } from '../base/array-env.ts';
import { checkEnv } from '../check-env.ts';
import { EpisodeStatistics } from '../wrappers/episode-statistics.ts';
import { StickyAction } from '../wrappers/sticky-action.ts';
import { TimeLimit } from '../wrappers/time-limit.ts';
import { SyncVectorEnv } from './sync-vector-env.ts';

const spec: EnvSpec = {
  id: 'Doors-v0',
  observationSpace: discrete(4),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const masked: EnvSpec = { ...spec, hasActionMask: true };

/** Three rooms in a row, and the end; in room t action t is illegal. An illegal action is an error. */
function doors(maskAt: (t: number) => unknown, its: Partial<Env> & { readonly spec?: EnvSpec } = { spec: masked }): Env {
  let t = 0;
  const info = (): EnvInfo => {
    const actionMask = maskAt(t);
    return actionMask === undefined ? {} : ({ actionMask } as EnvInfo);
  };
  return {
    spec,
    reset() {
      t = 0;
      return { obs: t, info: info() };
    },
    step(action: unknown) {
      if (!Number.isInteger(action) || (action as number) < 0 || (action as number) > 2) throw new Error('no action');
      if (action === t) throw new Error(`action ${action} is illegal in room ${t}`);
      t++;
      return { obs: t, reward: 1, terminated: t === 3, truncated: false, info: info() };
    },
    state: () => ({ t }),
    restore(state) {
      t = state.t as number;
    },
    ...its,
  };
}

const legal = (t: number) => Uint8Array.from([0, 1, 2], action => Number(action !== t));

/** Plays action (t + 1) mod 3 in all copies until the end. */
function play(env: SyncVectorEnv) {
  const out = env.createStep();
  env.reset(out, 0);
  const seen = [out.actionMask?.slice()];
  for (let t = 0; t < 3; t++) {
    env.step(new Int32Array(env.numEnvs).fill((t + 1) % 3), out);
    seen.push(out.actionMask?.slice());
  }
  return { out, seen };
}

describe('masks of environments', () => {
  it.each<[string, Env]>([
    ['its spec', doors(legal)],
    ['itself', doors(legal, { hasActionMask: true })],
    ['its spec, through wrappers', new TimeLimit(new EpisodeStatistics(doors(legal)), 9)],
    ['itself, through wrappers', new TimeLimit(new EpisodeStatistics(doors(legal, { hasActionMask: true })), 9)],
  ])('are in vector steps where they are announced by %s', (_, env) => {
    const vector = new SyncVectorEnv(() => env, 1);
    expect(vector.spec.hasActionMask).toBe(true);
    const { out, seen } = play(vector);
    expect(seen).toEqual([legal(0), legal(1), legal(2), legal(0)]);
    expect(out.finalActionMask).toEqual(legal(3));
  });

  it.each<[string, (t: number) => unknown, string]>([
    [
      'missing',
      () => undefined,
      'Doors-v0.reset: info.actionMask must be a Uint8Array of 3, as the environment has masks, got undef',
    ],
    ['missing at times', t => (t === 2 ? undefined : legal(t)), 'Doors-v0.step: info.actionMask must be a Uint8Array of 3'],
    ['too short', () => Uint8Array.of(1, 1), 'got Uint8Array of 2. Put it into every info'],
    ['too long', () => new Uint8Array(4).fill(1), 'got Uint8Array of 4'],
    ['a list', () => [1, 1, 1], 'got [1,1,1]'],
    ['floats with NaN', () => Float32Array.of(1, Number.NaN, 1), 'got Float32Array of 3'],
    ['booleans', () => [true, true, false], 'got [true,true,false]'],
    ['null', () => null, 'got null'],
    ['too short in the last state', t => (t === 3 ? Uint8Array.of(1) : legal(t)), 'got Uint8Array of 1'],
  ])('are refused where they are %s', (_, maskAt, text) => {
    const run = () => play(new SyncVectorEnv(() => doors(maskAt), 2));
    expect(run).toThrow(SpaceError);
    expect(run).toThrow(text);
  });

  it('need not be there where the task has ended', () => {
    const { out } = play(new SyncVectorEnv(() => doors(t => (t === 3 ? undefined : legal(t))), 1));
    expect(out.finalActionMask).toEqual(Uint8Array.of(1, 1, 1));
  });

  it.each<[string, (t: number) => unknown]>([
    ['from the start', legal],
    ['later', t => (t === 2 ? legal(t) : undefined)],
    ['at the end alone', t => (t === 3 ? legal(t) : undefined)],
  ])('that nobody announced are refused, though they come %s', (_, maskAt) => {
    const run = () => play(new SyncVectorEnv(() => doors(maskAt, { spec }), 1));
    expect(run).toThrow(SpaceError);
    expect(run).toThrow(
      'Doors-v0: info.actionMask must be announced, or nobody would obey it, got "no hasActionMask". Put hasActio',
    );
  });

  it('are refused where actions are not Discrete', () => {
    for (const actionSpace of [multiDiscrete([3, 2]), box({ low: -1, high: 1 })]) {
      const announced = doors(legal, { spec: { ...masked, actionSpace } });
      expect(() => new SyncVectorEnv(() => announced, 1)).toThrow(/only Discrete actions have masks/);
      const silent = new SyncVectorEnv(() => doors(legal, { spec: { ...spec, actionSpace } }), 1);
      expect(() => silent.reset(silent.createStep(), 0)).toThrow('Leave it out: only Discrete actions have masks');
    }
  });

  it('are those of all copies, or of none', () => {
    const make = (wrong: number) => (i: number) => doors(legal, { spec: i === wrong ? spec : masked });
    const text = 'SyncVectorEnv: all copies of Doors-v0 must have action masks, or none, got "2 of 3"';
    expect(() => new SyncVectorEnv(make(0), 3)).toThrow(text);
    expect(() => new SyncVectorEnv(make(2), 3)).toThrow(text);
  });

  it('of an ArrayEnv are refused where only its info has them', () => {
    class Silent extends ArrayEnv<number, number> {
      protected override readonly world = new Int32Array(1);
      constructor() {
        super(spec);
      }
      protected override start(): void {}
      protected override advance(): void {}
      protected override observe(out: NumericArray, offset: number): void {
        out[offset] = 0;
      }
      protected override info(): EnvInfo {
        return { actionMask: Uint8Array.of(1, 1, 1) };
      }
    }
    const vector = new SyncVectorEnv(() => new Silent(), 1);
    expect(() => vector.reset(vector.createStep(), 0)).toThrow(/must be announced/);
  });
});

it('StickyAction repeats no action that has become illegal', () => {
  // The previous action is illegal in every room: an action that was always repeated would be an error.
  const env = new StickyAction(
    doors(t => Uint8Array.from([0, 1, 2], a => Number(a !== t && a !== t - 1))) as Env<number, SpaceValue>,
    1,
  );
  for (let episode = 0; episode < 3; episode++) {
    env.reset({ seed: episode });
    for (const action of [1, 2, 0]) env.step(action);
  }
  env.reset({ seed: 1 });
  env.step(2);
  const saved = env.state();
  env.step(2);
  expect(() => env.step(2)).toThrow('action 2 is illegal in room 2');
  env.restore(saved);
  expect(env.step(0).obs).toBe(2);
});

describe('checkEnv with masks', () => {
  const rules = (env: Env) => checkEnv(env).map(({ rule }) => rule);

  it.each<[string, Env]>([
    ['in every state', doors(legal)],
    ['announced by the environment', doors(legal, { hasActionMask: true })],
    ['none in the last state', doors(t => (t === 3 ? undefined : legal(t)))],
    ['no legal action in the last state', doors(t => (t === 3 ? new Uint8Array(3) : legal(t)))],
  ])('plays legal actions only, and finds nothing: %s', (_, env) => {
    expect(checkEnv(env)).toEqual([]);
  });

  it.each<[string, Env]>([
    ['not announced', doors(legal, { spec })],
    ['missing at times', doors(t => (t === 1 ? undefined : legal(t)))],
    ['without a legal action', doors(t => (t === 1 ? new Uint8Array(3) : legal(t)))],
    ['of other numbers', doors(t => legal(t).map(value => 2 * value))],
    ['of floats', doors(t => Float32Array.from(legal(t)))],
    ['of other actions', doors(legal, { spec: { ...masked, actionSpace: discrete(4) } })],
    ['missing after a reset', doors(t => (t === 0 ? undefined : legal(t)))],
  ])('finds masks that are %s', (_, env) => {
    expect(rules(env)).toContain('mask');
  });
});
