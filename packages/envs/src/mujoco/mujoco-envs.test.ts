import { box, type EnvState, flatSize, Rng, sample } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectSeeded, readSeeds } from '../../test/trace.ts';
import type { AnyEnv, EnvOptions } from '../env-entry.ts';
import { loadEnv, makeEnv } from '../registry.ts';
import type { MujocoArrays, MujocoSim } from './mujoco-sim.ts';

/** What the engine computed last. */
function dataOf(env: AnyEnv): MujocoArrays {
  return (env as unknown as { sim: MujocoSim }).sim.data;
}

interface Played {
  readonly action: Float32Array;
  readonly obs: Float32Array;
  readonly reward: number;
  readonly terminated: boolean;
  readonly before: Snapshot;
  readonly after: Snapshot;
}

type Snapshot = Readonly<Record<'qpos' | 'qvel' | 'xpos' | 'xipos' | 'site_xpos' | 'cfrc_ext' | 'qfrc_constraint', Float64Array>>;

function snapshot(env: AnyEnv): Snapshot {
  const { qpos, qvel, xpos, xipos, site_xpos, cfrc_ext, qfrc_constraint } = dataOf(env);
  return structuredClone({
    qpos: qpos.slice(),
    qvel: qvel.slice(),
    xpos: xpos.slice(),
    xipos: xipos.slice(),
    site_xpos: site_xpos.slice(),
    cfrc_ext: cfrc_ext.slice(),
    qfrc_constraint: qfrc_constraint.slice(),
  });
}

/** Plays random actions from seed 5, beyond the end of episodes too. */
function play(id: string, options: EnvOptions = {}, steps = 40): Played[] {
  const env = makeEnv(id, options);
  const rng = new Rng(1);
  env.reset({ seed: 5 });
  const played = Array.from({ length: steps }, () => {
    const before = snapshot(env);
    const action = sample(env.spec.actionSpace, rng) as Float32Array;
    const { obs, reward, terminated } = env.step(action);
    const step = { action, obs: obs as Float32Array, reward, terminated, before, after: snapshot(env) };
    if (terminated) env.reset();
    return step;
  });
  env.close?.();
  return played;
}

const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value * value, 0);
const clip = (values: ArrayLike<number>, bound: number) => Array.from(values, value => Math.min(bound, Math.max(-bound, value)));

/** State of an environment with other positions. */
function withPositions(state: EnvState, positions: Readonly<Record<number, number>>): EnvState {
  const world = (state.world as Float64Array).slice();
  // The engine's state starts with the time.
  for (const [i, value] of Object.entries(positions)) world[1 + Number(i)] = value;
  return { ...state, world };
}

/** Whether an idle step from these positions terminates, by name of the position. */
function endsAt(id: string, positions: Readonly<Record<number, number>>, options: EnvOptions = {}): boolean {
  const env = makeEnv(id, options);
  env.reset({ seed: 0 });
  env.restore?.(withPositions(env.state?.() as EnvState, positions));
  const { terminated } = env.step(new Float32Array(flatSize(env.spec.actionSpace)));
  env.close?.();
  return terminated;
}

describe('MuJoCo environments', () => {
  beforeAll(() => loadEnv('Hopper-v5'));

  it.each<[string, number, number, number, number, number | null]>([
    ['Hopper-v5', 11, 3, 1, 1000, 3800],
    ['HalfCheetah-v5', 17, 6, 1, 1000, 4800],
    ['Walker2d-v5', 17, 6, 1, 1000, null],
    ['Ant-v5', 105, 8, 1, 1000, 6000],
    ['Humanoid-v5', 348, 17, 0.4, 1000, null],
    ['HumanoidStandup-v5', 348, 17, 0.4, 1000, null],
    ['Pusher-v5', 23, 7, 2, 100, 0],
    ['Swimmer-v5', 8, 2, 1, 1000, 360],
    ['Reacher-v5', 10, 2, 1, 50, -3.75],
    ['InvertedPendulum-v5', 4, 1, 3, 1000, 950],
    ['InvertedDoublePendulum-v5', 9, 1, 1, 1000, 9100],
  ])('%s has the spaces, limit and threshold of the original', (id, observed, actions, bound, limit, threshold) => {
    const env = makeEnv(id);
    const { observationSpace, actionSpace, maxEpisodeSteps, rewardThreshold } = env.spec;
    expect([flatSize(observationSpace), maxEpisodeSteps, rewardThreshold]).toEqual([observed, limit, threshold]);
    expect(actionSpace).toEqual(box({ low: -bound, high: bound, shape: [actions] }));
    expect(dataOf(env).ctrl).toHaveLength(actions);
    env.close?.();
  });

  it.each([
    ['Hopper-v5', 0.008, 1e-3, 1],
    ['Walker2d-v5', 0.008, 1e-3, 1],
    ['HalfCheetah-v5', 0.05, 0.1, 0],
    ['Swimmer-v5', 0.04, 1e-4, 0],
  ])('%s pays for speed and for standing, and for nothing else', (id, dt, cost, standing) => {
    for (const { action, reward, terminated, before, after } of play(id)) {
      const speed = (after.qpos[0] - before.qpos[0]) / dt;
      expect(reward).toBeCloseTo(speed - cost * squares(action) + (terminated ? 0 : standing), 10);
    }
  });

  it('observes positions and velocities', () => {
    for (const id of ['Hopper-v5', 'Walker2d-v5']) {
      for (const { obs, after } of play(id)) {
        expect(obs).toEqual(Float32Array.from([...after.qpos.slice(1), ...clip(after.qvel, 10)]));
      }
    }
    expect(play('Walker2d-v5').some(({ obs }) => Math.abs(obs[16]) === 10 || Math.abs(obs[13]) === 10)).toBe(true);
    for (const { obs, after } of play('HalfCheetah-v5')) {
      expect(obs).toEqual(Float32Array.from([...after.qpos.slice(1), ...after.qvel]));
    }
    for (const { obs, after } of play('Swimmer-v5')) {
      expect(obs).toEqual(Float32Array.from([...after.qpos.slice(2), ...after.qvel]));
    }
    const all = { excludeCurrentPositionsFromObservation: false };
    expect(play('Swimmer-v5', all, 1)[0].obs).toHaveLength(10);
    expect(play('Hopper-v5', all, 1)[0].obs[0]).toBe(Math.fround(play('Hopper-v5', {}, 1)[0].after.qpos[0]));
  });

  it('Ant pays for speed and standing, and observes contact forces', () => {
    const played = play('Ant-v5', {}, 60);
    for (const { action, obs, reward, before, after } of played) {
      const speed = (after.xpos[3] - before.xpos[3]) / 0.05;
      const forces = clip(after.cfrc_ext, 1);
      expect(obs).toEqual(Float32Array.from([...after.qpos.slice(2), ...after.qvel, ...forces.slice(6)]));
      const healthy = after.qpos[2] >= 0.2 && after.qpos[2] <= 1;
      expect(reward).toBeCloseTo(speed + Number(healthy) - 0.5 * squares(action) - 5e-4 * squares(forces), 10);
    }
    expect(played.some(({ obs }) => obs.slice(27).some(force => Math.abs(force) > 0))).toBe(true);
    // The torso's place lags behind its position.
    expect(played.every(({ after }) => after.xpos[3] !== after.qpos[0])).toBe(true);
    expect(play('Ant-v5', { includeCfrcExtInObservation: false }, 1)[0].obs).toHaveLength(27);
  });

  it('Ant at rest is carried by the contact forces that it observes', () => {
    const env = makeEnv('Ant-v5', { resetNoiseScale: 0, contactForceRange: [-1000, 1000] });
    env.reset({ seed: 0 });
    const idle = new Float32Array(8);
    for (let t = 0; t < 200; t++) env.step(idle);
    const obs = env.step(idle).obs as Float32Array;
    let lift = 0;
    for (let body = 0; body < 13; body++) lift += obs[27 + 6 * body + 5];
    const sphere = (4 / 3) * 0.25 ** 3;
    const legs = [0.2, 0.2, 0.4].map(side => 0.08 ** 2 * (side * Math.SQRT2 + (4 / 3) * 0.08));
    const mass = 5 * Math.PI * (sphere + 4 * legs.reduce((sum, leg) => sum + leg));
    expect(lift).toBeCloseTo(mass * 9.81, 2);
    env.close?.();
  });

  it('Humanoid pays for the speed of its centre of mass', () => {
    const mass = (makeEnv('Humanoid-v5') as unknown as { sim: MujocoSim }).sim.modelData.body_mass.slice();
    const center = ({ xipos }: Snapshot) =>
      mass.reduce((sum, m, i) => sum + m * xipos[3 * i], 0) / mass.reduce((sum, m) => sum + m, 0);
    for (const { action, reward, terminated, before, after } of play('Humanoid-v5')) {
      const speed = (center(after) - center(before)) / 0.015;
      const contacts = Math.min(10, 5e-7 * squares(after.cfrc_ext));
      expect(reward).toBeCloseTo(1.25 * speed + (terminated ? 0 : 5) - 0.1 * squares(action) - contacts, 10);
    }
  });

  it('Humanoid observes inertias, velocities, torques and forces in this order', () => {
    const [{ obs, action, after }] = play('Humanoid-v5', {}, 1);
    expect(obs).toHaveLength(348);
    expect(obs.slice(0, 45)).toEqual(Float32Array.from([...after.qpos.slice(2), ...after.qvel]));
    // The last number of an inertia is the mass: that of a foot, a ball of 7.5 cm, and of a shin.
    expect(obs[45 + 5 * 10 + 9]).toBeCloseTo((4 / 3) * Math.PI * 1000 * 0.075 ** 3, 4);
    expect(obs[45 + 4 * 10 + 9]).toBeCloseTo(Math.PI * 1000 * 0.049 ** 2 * (0.3 + (4 / 3) * 0.049), 4);
    // Rotation of the torso, seen from outside: nearly that of the root joint's frame, which starts upright.
    expect(obs[45 + 130 + 2]).toBeCloseTo(after.qvel[5], 0);
    // The motors are in the order y, z, x of the abdomen, the joints z, y, x.
    const torques = obs.slice(45 + 130 + 78, 45 + 130 + 78 + 17);
    expect(torques[0]).toBeCloseTo(100 * action[1], 4);
    expect(torques[1]).toBeCloseTo(100 * action[0], 4);
    expect(torques[5]).toBeCloseTo(300 * action[5], 4);
    expect(torques[6]).toBeCloseTo(200 * action[6], 4);
    expect(torques[16]).toBeCloseTo(25 * action[16], 4);
    expect(obs.slice(270)).toEqual(Float32Array.from(after.cfrc_ext.slice(6)));
    const slim = {
      includeCinertInObservation: false,
      includeCvelInObservation: false,
      includeQfrcActuatorInObservation: false,
      includeCfrcExtInObservation: false,
    };
    expect(play('Humanoid-v5', slim, 1)[0].obs).toEqual(obs.slice(0, 45));
  });

  it.each(['Humanoid-v5', 'HumanoidStandup-v5', 'Pusher-v5'].flatMap(id => readSeeds(id).map(episode => ({ id, episode }))))(
    '$id moves as in Gymnasium with MuJoCo 3.3.7, seed $episode.seed',
    ({ id, episode }) => {
      const env = makeEnv(id);
      // Forces, of up to some thousand newtons, are singles here.
      expectSeeded(env, episode, 3e-4);
      env.close?.();
    },
  );

  it('plays the contacts of MuJoCo 3.9 when asked to: margins add up', () => {
    for (const [id, steps] of [
      ['Ant-v5', 30],
      ['Hopper-v5', 30],
      ['Humanoid-v5', 12],
      ['HumanoidStandup-v5', 3],
    ] as const) {
      const [before, since] = (['mujoco-3.3', 'mujoco-3.9'] as const).map(contacts => play(id, { contacts }, steps));
      expect(play(id, {}, steps)).toEqual(before);
      expect(since.at(-1)?.obs, id).not.toEqual(before.at(-1)?.obs);
    }
    expect(() => makeEnv('Ant-v5', { contacts: 'mujoco-2' })).toThrow(/contacts must be/);
  });

  it('HumanoidStandup pays for height, and Pusher for nearness', () => {
    for (const { action, reward, after } of play('HumanoidStandup-v5')) {
      const contacts = Math.min(10, 5e-7 * squares(after.cfrc_ext));
      expect(reward).toBeCloseTo(after.qpos[2] / 0.003 + 1 - 0.1 * squares(action) - contacts, 8);
    }
    for (const { action, obs, reward } of play('Pusher-v5')) {
      const [tip, object, goal] = [14, 17, 20].map(at => obs.slice(at, at + 3));
      const away = (a: Float32Array, b: Float32Array) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      expect(reward).toBeCloseTo(-away(object, goal) - 0.5 * away(object, tip) - 0.1 * squares(action), 5);
    }
  });

  it('Reacher pays for being near and for little effort', () => {
    for (const { action, obs, reward, after } of play('Reacher-v5')) {
      const [cosA, cosB, sinA, sinB, x, y] = obs;
      expect([cosA, sinA]).toEqual([Math.fround(Math.cos(after.qpos[0])), Math.fround(Math.sin(after.qpos[0]))]);
      expect([obs[6], obs[7]]).toEqual([Math.fround(after.qvel[0]), Math.fround(after.qvel[1])]);
      // The fingertip lags by less than a physics step of 0.01 s.
      const tip = 0.01 * (0.1 * Math.abs(after.qvel[0]) + 0.11 * Math.abs(after.qvel[0] + after.qvel[1])) + 1e-3;
      expect(Math.abs(obs[8] - (0.1 * cosA + 0.11 * (cosA * cosB - sinA * sinB) - x))).toBeLessThan(tip);
      expect(Math.abs(obs[9] - (0.1 * sinA + 0.11 * (sinA * cosB + cosA * sinB) - y))).toBeLessThan(tip);
      expect(reward).toBeCloseTo(-Math.hypot(obs[8], obs[9]) - squares(action), 6);
    }
  });

  it('Reacher puts its target within reach', () => {
    const env = makeEnv('Reacher-v5');
    for (let seed = 0; seed < 50; seed++) {
      const [cosA, cosB, sinA, sinB, x, y, , , dx, dy] = env.reset({ seed }).obs as Float32Array;
      expect(Math.hypot(x, y)).toBeLessThan(0.2);
      expect(dx).toBeCloseTo(0.1 * cosA + 0.11 * (cosA * cosB - sinA * sinB) - x, 6);
      expect(dy).toBeCloseTo(0.1 * sinA + 0.11 * (sinA * cosB + cosA * sinB) - y, 6);
    }
    env.close?.();
  });

  it('InvertedPendulum pays 1 while the pole stands', () => {
    const played = play('InvertedPendulum-v5');
    for (const { obs, reward, terminated, after } of played) {
      expect(obs).toEqual(Float32Array.from([...after.qpos, ...after.qvel]));
      expect([reward, terminated]).toEqual(Math.abs(after.qpos[1]) > 0.2 ? [0, true] : [1, false]);
    }
    expect(played.some(({ terminated }) => terminated)).toBe(true);
  });

  it('InvertedDoublePendulum pays for a high and calm tip', () => {
    const played = play('InvertedDoublePendulum-v5', {}, 60);
    for (const { obs, reward, terminated, after } of played) {
      const [x, , z] = after.site_xpos;
      const [, a, b] = after.qpos;
      expect(obs).toEqual(
        Float32Array.from([
          after.qpos[0],
          ...[Math.sin(a), Math.sin(b), Math.cos(a), Math.cos(b)],
          ...clip([...after.qvel, after.qfrc_constraint[0]], 10),
        ]),
      );
      expect(terminated).toBe(z <= 1);
      const penalty = 0.01 * x * x + (z - 2) ** 2 + 1e-3 * after.qvel[1] ** 2 + 5e-3 * after.qvel[2] ** 2;
      expect(reward).toBeCloseTo((terminated ? 0 : 10) - penalty, 10);
      expect(Math.abs(z - 0.6 * (Math.cos(a) + Math.cos(a + b)))).toBeLessThan(0.03);
    }
    expect(played.some(({ terminated }) => terminated)).toBe(true);
    const env = makeEnv('InvertedDoublePendulum-v5', { frameSkip: 1 });
    env.reset({ seed: 0 });
    env.restore?.(withPositions(env.state?.() as EnvState, { 0: 1.05 }));
    // Beyond the end of the rail it is pushed back, with more than 10 N.
    expect((env.step(new Float32Array(1)).obs as Float32Array)[8]).toBe(-10);
    env.close?.();
  });

  it('ends an episode beyond the bounds of a healthy state, if it is to', () => {
    expect(endsAt('Hopper-v5', { 1: 1.2 })).toBe(false);
    expect(endsAt('Hopper-v5', { 1: 0.6 }, { frameSkip: 1 })).toBe(true);
    expect(endsAt('Hopper-v5', { 1: 0.75 }, { frameSkip: 1 })).toBe(false);
    expect(endsAt('Hopper-v5', { 2: -0.25 })).toBe(true);
    expect(endsAt('Hopper-v5', { 2: -0.25 }, { healthyAngleRange: [-0.5, 0.5] })).toBe(false);
    expect(endsAt('Hopper-v5', { 2: -0.25 }, { terminateWhenUnhealthy: false })).toBe(false);
    expect(endsAt('Hopper-v5', {}, { healthyStateRange: [-100, 0] })).toBe(true);
    expect(endsAt('Walker2d-v5', { 1: 2.1 })).toBe(true);
    expect(endsAt('Walker2d-v5', { 2: 0.9 })).toBe(false);
    expect(endsAt('Walker2d-v5', { 2: 1.1 })).toBe(true);
    expect(endsAt('Ant-v5', { 2: 1.05 })).toBe(true);
    expect(endsAt('Ant-v5', { 2: 0.9 })).toBe(false);
    expect(endsAt('Humanoid-v5', { 2: 2.1 })).toBe(true);
    expect(endsAt('Humanoid-v5', { 2: 1.4 })).toBe(false);
    expect(endsAt('HalfCheetah-v5', { 1: 100, 2: 3 })).toBe(false);
  });

  it.each([
    ['Hopper-v5', [0, 1.25, 0, 0, 0, 0], 0.005, 'uniform'],
    ['Walker2d-v5', [0, 1.25, 0, 0, 0, 0, 0, 0, 0], 0.005, 'uniform'],
    ['Swimmer-v5', [0, 0, 0, 0, 0], 0.1, 'uniform'],
    ['InvertedPendulum-v5', [0, 0], 0.01, 'uniform'],
    ['HalfCheetah-v5', [0, 0, 0, 0, 0, 0, 0, 0, 0], 0.1, 'normal'],
    ['InvertedDoublePendulum-v5', [0, 0, 0], 0.1, 'normal'],
    ['Ant-v5', [0, 0, 0.75, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.1, 'normal'],
    ['Humanoid-v5', [0, 0, 1.4, 1, ...Array<number>(20).fill(0)], 0.01, 'uniform'],
    ['HumanoidStandup-v5', [0, 0, 0.105, 1, ...Array<number>(20).fill(0)], 0.01, 'uniform'],
  ])('%s starts where Gymnasium does', (id, start, scale, kind) => {
    const env = makeEnv(id);
    env.reset({ seed: 123 });
    const rng = new Rng(123);
    const { qpos, qvel } = dataOf(env);
    expect([...qpos]).toEqual(start.map(position => position + rng.uniform(-scale, scale)));
    expect([...qvel]).toEqual(
      Array.from(qvel, () => (kind === 'normal' ? scale * rng.standardNormal() : rng.uniform(-scale, scale))),
    );
    // numpy's first number from this seed.
    expect(qpos[0]).toBeCloseTo(start[0] - scale + 2 * scale * 0.6823518632481435, 15);
    env.close?.();
  });

  it.each(['Hopper-v5', 'Ant-v5', 'Humanoid-v5', 'HumanoidStandup-v5', 'Pusher-v5', 'Reacher-v5', 'InvertedDoublePendulum-v5'])(
    '%s goes on in another copy bit for bit, pictures or not',
    id => {
      const run = (env: AnyEnv, rng: Rng, watch: boolean) =>
        Array.from({ length: 30 }, () => {
          if (watch) env.render?.();
          const { obs, reward, terminated, truncated, info } = env.step(sample(env.spec.actionSpace, rng));
          return terminated || truncated ? [obs, reward, info, env.reset().obs] : [obs, reward, info];
        });
      const env = makeEnv(id);
      env.reset({ seed: 3 });
      run(env, new Rng(1), false);
      const state = env.state?.() as EnvState;
      const expected = run(env, new Rng(2), false);
      const copy = makeEnv(id);
      copy.restore?.(state);
      expect(run(copy, new Rng(2), true)).toEqual(expected);
      env.close?.();
      copy.close?.();
    },
  );

  it('takes the weights and the frame skip', () => {
    const [plain] = play('HalfCheetah-v5', {}, 1);
    const options = { forwardRewardWeight: 3, ctrlCostWeight: 0, frameSkip: 1 };
    const [{ reward, before, after }] = play('HalfCheetah-v5', options, 1);
    expect(reward).toBeCloseTo((3 * (after.qpos[0] - before.qpos[0])) / 0.01, 10);
    expect(after.qpos[0]).not.toBe(plain.after.qpos[0]);
    expect(() => makeEnv('Hopper-v5', { frameSkip: 0 })).toThrow('Hopper-v5: frameSkip must be an integer >= 1, got 0.');
    expect(() => makeEnv('Hopper-v5', { healthyZRange: [2, 1] })).toThrow(/healthyZRange must be two numbers/);
    expect(() => makeEnv('Ant-v5', { ctrlCostWeight: Number.NaN })).toThrow(/ctrlCostWeight must be a number/);
  });

  it('starts each episode with an empty account', () => {
    const env = makeEnv('Hopper-v5');
    const first = env.reset({ seed: 0 }).info;
    env.step(new Float32Array(3).fill(1));
    expect(env.reset({ seed: 0 }).info).toEqual(first);
    expect(Object.keys(first)).toEqual(['x_position', 'z_distance_from_origin']);
    env.close?.();
  });
});
