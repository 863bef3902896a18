import {
  type EnvState,
  type GoalEnv,
  type GoalObs,
  isGoalEnv,
  type NumericArray,
  Rng,
  type StepResult,
  sample,
} from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Pilot, pickPilot, pushPilot, reachPilot, slidePilot } from '../../../test/fetch-pilots.ts';
import { expectSeeded, readSeeds } from '../../../test/trace.ts';
import { loadEnv, makeEnv } from '../../registry.ts';
import { MujocoSim } from '../mujoco-sim.ts';

type FetchTaskEnv = GoalEnv<Float32Array>;
type Step = StepResult<GoalObs>;

const still = new Float32Array(4);

function fetchEnv(name: string): FetchTaskEnv {
  const env = makeEnv(`Fetch${name}-v4`);
  if (!isGoalEnv(env)) throw new Error('not a goal environment');
  return env as FetchTaskEnv;
}

function distance({ achieved_goal: a, desired_goal: b }: GoalObs): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

function play(env: FetchTaskEnv, actions: readonly Float32Array[]): Step[] {
  return actions.map(action => env.step(action));
}

function randomActions(count: number, seed = 0): Float32Array[] {
  const rng = new Rng(seed);
  const { actionSpace } = makeEnv('FetchReach-v4').spec;
  return Array.from({ length: count }, () => sample(actionSpace, rng) as Float32Array);
}

/** The last observation of one episode per seed. */
function endsOf(name: string, seeds: number, pilot: () => Pilot): GoalObs[] {
  const env = fetchEnv(name);
  return Array.from({ length: seeds }, (_, seed) => {
    const act = pilot();
    let { obs } = env.reset({ seed });
    for (let t = 0; t < 50; t++) obs = env.step(act(obs)).obs;
    return obs;
  });
}

/** 45 observations of one episode. */
function watch(name: string, act: Pilot, seed: number): NumericArray[] {
  const env = fetchEnv(name);
  let { obs } = env.reset({ seed });
  return Array.from({ length: 45 }, () => {
    obs = env.step(act(obs)).obs;
    return obs.observation;
  });
}

const successes = (ends: readonly GoalObs[]) => ends.filter(obs => distance(obs) < 0.05).length;

beforeAll(() => loadEnv('FetchReach-v4'));

describe('a hand-written rule', () => {
  it('reaches every goal', () => {
    expect(successes(endsOf('Reach', 12, reachPilot))).toBe(12);
  });

  it('pushes the cube to its goal', () => {
    expect(successes(endsOf('Push', 12, pushPilot))).toBeGreaterThanOrEqual(11);
  });

  it('grips the cube and carries it to its goal, in the air too', () => {
    const ends = endsOf('PickAndPlace', 12, pickPilot);
    expect(successes(ends)).toBeGreaterThanOrEqual(11);
    expect(ends.filter(obs => obs.achieved_goal[2] > 0.5).length).toBeGreaterThanOrEqual(3);
  });

  it('makes the puck slide towards a goal out of reach', () => {
    const ends = endsOf('Slide', 12, slidePilot);
    expect(ends.reduce((sum, obs) => sum + distance(obs), 0) / ends.length).toBeLessThan(0.15);
    expect(successes(ends)).toBeGreaterThanOrEqual(4);
  });
});

describe('Fetch', () => {
  it.each(
    ['Reach', 'Push', 'Slide', 'PickAndPlace'].flatMap(name =>
      readSeeds(`Fetch${name}-v4`).map(episode => ({ name, seed: episode.seed, episode })),
    ),
  )('moves as the original: $name, seed $seed', ({ name, episode }) => {
    expectSeeded(fetchEnv(name), episode, 1e-4);
  });

  it('draws object and goal in the order of the original', () => {
    const rng = new Rng(5);
    const { obs } = fetchEnv('Push').reset({ seed: 5 });
    const [x, y] = obs.observation;
    const draw = (range: number) => rng.uniform(-range, range);
    let object = [0, 0];
    while (Math.hypot(...object) < 0.1) object = [draw(0.15), draw(0.15)];
    const goal = [draw(0.15), draw(0.15)];
    expect([...obs.achieved_goal]).toEqual([x + object[0], y + object[1], 0.4249].map(v => expect.closeTo(v, 3)));
    expect([...obs.desired_goal]).toEqual([x + goal[0], y + goal[1], 0.4249].map(v => expect.closeTo(v, 3)));
  });

  it('puts half of the goals of PickAndPlace into the air, those of Slide far ahead on the table', () => {
    const goals = (name: string) => {
      const env = fetchEnv(name);
      return Array.from({ length: 60 }, (_, seed) => env.reset({ seed }).obs);
    };
    const inAir = goals('PickAndPlace').filter(({ desired_goal }) => desired_goal[2] > 0.426);
    expect(inAir.length).toBeGreaterThan(20);
    expect(inAir.length).toBeLessThan(40);
    expect(Math.max(...inAir.map(({ desired_goal }) => desired_goal[2]))).toBeGreaterThan(0.8);
    for (const { desired_goal: goal, observation } of goals('Slide')) {
      expect(goal[0] - observation[0]).toBeGreaterThan(0.0999);
      expect(goal[0] - observation[0]).toBeLessThan(0.7001);
      expect(goal[2]).toBeCloseTo(0.42, 3);
    }
  });

  it('moves the gripper by about 3 cm with each full stride', () => {
    const env = fetchEnv('Reach');
    const [start] = env.reset({ seed: 0 }).obs.observation;
    const steps = play(
      env,
      Array.from({ length: 10 }, () => Float32Array.of(1, 0, 0, 0)),
    );
    expect(steps[9].obs.observation[0] - start).toBeCloseTo(0.295, 2);
  });

  it('ignores what an action asks beyond its bounds', () => {
    const run = (x: number) => {
      const env = fetchEnv('Reach');
      env.reset({ seed: 0 });
      return env.step(Float32Array.of(x, 0, 0, 0)).obs;
    };
    expect(run(7)).toEqual(run(1));
  });

  it('opens and closes the fingers of PickAndPlace only', () => {
    const fingers = (name: string, action: number): number[] => {
      const env = fetchEnv(name);
      env.reset({ seed: 0 });
      const steps = play(
        env,
        Array.from({ length: 6 }, () => Float32Array.of(0, 0, 0, action)),
      );
      return [...(steps.at(-1)?.obs.observation.slice(9, 11) ?? [])];
    };
    expect(fingers('PickAndPlace', 1)).toEqual([expect.closeTo(0.05, 3), expect.closeTo(0.05, 3)]);
    expect(fingers('PickAndPlace', -1)).toEqual([expect.closeTo(0, 3), expect.closeTo(0, 3)]);
    expect(fingers('Push', 1)).toEqual([0, 0]);
  });

  it('shows velocities that agree with how a sliding puck moves', () => {
    const seen = watch('Slide', slidePilot(), 3);
    const speeds = seen.map(o => [0, 1].map(i => o[14 + i] + o[20 + i]));
    const hit = speeds.findIndex(([x]) => x > 0.01);
    for (let t = hit + 5; t < hit + 11; t++) {
      // The trapezoid rule is exact under the constant force of friction: 0.1 of the weight brakes by 0.981 m/s².
      const moved = [3, 4].map(i => seen[t][i] - seen[t - 1][i]);
      expect(moved).toEqual([0, 1].map(i => expect.closeTo((speeds[t][i] + speeds[t - 1][i]) / 2, 3)));
      expect(Math.hypot(...speeds[t - 1]) - Math.hypot(...speeds[t])).toBeCloseTo(0.981 * 0.04 ** 2, 3);
    }
    for (const o of seen) for (let i = 0; i < 3; i++) expect(o[6 + i]).toBeCloseTo(o[3 + i] - o[i], 6);
  });

  it('shows angles that agree with how a cube turns', () => {
    const seen = watch('Push', pushPilot(-0.02), 2);
    const yaw = seen[44][13];
    const turned = seen.reduce((sum, o) => sum + o[19], 0);
    expect(yaw).toBeGreaterThan(1);
    // Velocities are those at the end of a step, when the gripper has slowed down.
    expect(turned / yaw).toBeGreaterThan(0.7);
    expect(turned / yaw).toBeLessThan(1);
    expect(Math.abs(seen[44][11]) + Math.abs(seen[44][12])).toBeLessThan(0.05);
  });

  it.each(['Reach', 'Push', 'Slide', 'PickAndPlace'])('%s pays what computeReward says, and never ends before 50 steps', name => {
    const actions = randomActions(50);
    for (const dense of [false, true]) {
      const env = fetchEnv(dense ? `${name}Dense` : name);
      env.reset({ seed: 2 });
      const steps = play(env, actions);
      const batch = (key: keyof GoalObs) => Float32Array.from(steps.flatMap(({ obs }) => [...obs[key]]));
      const rewards = env.computeReward(batch('achieved_goal'), batch('desired_goal'), new Float32Array(50));
      expect([...rewards]).toEqual(steps.map(({ reward }) => expect.closeTo(reward, 5)));
      expect(rewards[0]).toBeCloseTo(dense ? -distance(steps[0].obs) : -1, 5);
      expect(steps.map(({ truncated }) => truncated)).toEqual(actions.map((_, t) => t === 49));
      expect(steps.some(({ terminated }) => terminated)).toBe(false);
    }
  });

  it('pays 0 and tells success within 5 cm', () => {
    const env = fetchEnv('Reach');
    const rewards = env.computeReward(
      Float32Array.of(1, 1, 1, 1, 1, 1),
      Float32Array.of(1.03, 1.03, 1, 1.04, 1.04, 1),
      new Float32Array(2),
    );
    expect([...rewards]).toEqual([0, -1]);
    let { obs } = env.reset({ seed: 1 });
    const act = reachPilot();
    for (let t = 0; t < 30; t++) {
      const step = env.step(act(obs));
      obs = step.obs;
      expect(step.info.isSuccess).toBe(distance(obs) < 0.05 ? 1 : 0);
      expect(step.reward).toBe(step.info.isSuccess ? 0 : -1);
    }
    expect(distance(obs)).toBeLessThan(0.05);
  });

  it.each(['Reach', 'PickAndPlace'])('%s goes on in another copy bit for bit', name => {
    const [one, other] = [fetchEnv(name), fetchEnv(name)];
    one.reset({ seed: 4 });
    play(one, randomActions(17));
    const state = structuredClone(one.state?.()) as EnvState;
    other.restore?.(state);
    const rest = randomActions(33, 1);
    expect(play(other, rest)).toEqual(play(one, rest));
    expect(other.reset().obs).toEqual(one.reset().obs);
  });

  it('stays within sane bounds under random actions', () => {
    const env = fetchEnv('PickAndPlace');
    for (let seed = 0; seed < 4; seed++) {
      env.reset({ seed });
      for (const { obs } of play(env, randomActions(50, seed))) {
        const [x, y, z] = obs.observation;
        expect(x > 0.8 && x < 1.8 && y > 0.2 && y < 1.3 && z > 0.38 && z < 1.2, `${x} ${y} ${z}`).toBe(true);
        expect(Math.max(...obs.observation.map(Math.abs))).toBeLessThan(4);
      }
    }
  });

  it('is not disturbed when the memory of the engine grows, and gives it back', () => {
    const probe = new MujocoSim('<mujoco><size memory="16K"/><worldbody><geom size="1"/></worldbody></mujoco>');
    const [one, other] = [fetchEnv('Push'), fetchEnv('Push')];
    const actions = randomActions(10);
    one.reset({ seed: 6 });
    other.reset({ seed: 6 });
    const expected = play(one, actions);
    const first = play(other, actions.slice(0, 5));
    const heap = probe.data.xpos.buffer.byteLength;
    const copies = Array.from({ length: 40 }, () => fetchEnv('Push'));
    const grown = probe.data.xpos.buffer.byteLength;
    expect(grown).toBeGreaterThan(heap);
    expect([...first, ...play(other, actions.slice(5))]).toEqual(expected);
    for (const copy of copies) copy.close?.();
    for (let round = 0; round < 60; round++) {
      const copy = fetchEnv('Push');
      copy.reset();
      copy.step(still);
      copy.close?.();
    }
    expect(probe.data.xpos.buffer.byteLength).toBe(grown);
  });
});
