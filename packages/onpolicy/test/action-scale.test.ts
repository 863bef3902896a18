import { box, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { type Algorithm, policyActor, type TrainEvent, type TrainState } from '@zpin/core';
import { ArrayEnv, checkEnv, RescaleAction, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { compiledEngine, type Settings } from '../../../tools/testing/algorithm-case.ts';
import { ppo } from '../src/ppo.ts';
import { recurrentPpo } from '../src/recurrent-ppo.ts';

/** One step, in which 800 of [0, 1000] is right. */
class Tank extends ArrayEnv<NumericArray, SpaceValue> {
  protected readonly world = new Int32Array(1);

  constructor() {
    super({
      id: 'Tank-v0',
      observationSpace: box({ low: -1, high: 1 }),
      actionSpace: box({ low: 0, high: 1000 }),
      maxEpisodeSteps: null,
      rewardThreshold: null,
    });
  }

  protected start(): void {}

  protected advance(actions: NumericArray, offset: number): void {
    this.reward = 1 - Math.abs(actions[offset] - 800) / 1000;
    this.terminated = true;
  }

  protected observe(out: NumericArray, offset: number): void {
    out[offset] = 0;
  }
}

const probe = { numEnvs: 8, rolloutLength: 16, batchSize: 64, epochs: 8, hiddenSizes: [16], initialLogStd: -1 };
const settings = { ...probe, learningRate: { type: 'linear', from: 1e-2, to: 0 } };

async function train(config: Settings, make: () => Tank | RescaleAction<NumericArray> = () => new Tank(), resume?: TrainState) {
  const env = new SyncVectorEnv(make, probe.numEnvs);
  const engine = await compiledEngine();
  const agent = await ppo.create({ spec: env.spec, config: { ...settings, ...config } as object, seed: 1, engine });
  const events: TrainEvent[] = [];
  for await (const event of ppo.train({ agent, env, totalSteps: 5120, seed: 1, ...(resume && { resume }) })) events.push(event);
  const [action] = await agent.act(Float32Array.of(0), 'exploit');
  return { agent, events, action };
}

const far = /Tank-v0 are far from \[-1, 1\], element 0 in \[0, 1000\].*Set scaleActions or squashActions/;

describe('a Box far from [-1, 1]', () => {
  it('is told by the agent, by the run before its first step, and by checkEnv', async () => {
    const { agent, events, action } = await train({});
    expect(agent.warnings).toEqual([expect.stringMatching(far)]);
    expect(events[0]).toEqual({ type: 'warning', step: 0, message: agent.warnings?.[0] });
    expect(events.filter(({ type }) => type === 'warning')).toHaveLength(1);
    expect(action).toBeLessThan(100);
    const findings = checkEnv(new Tank()).map(({ rule, problem }) => [rule, problem]);
    expect(findings).toEqual([['scale', expect.stringMatching(/element 0 in \[0, 1000\]/)]]);
  });

  it('is not told again by a run that goes on', async () => {
    const { events } = await train({});
    const last = events.findLast(event => event.type === 'checkpoint');
    if (last?.type !== 'checkpoint') throw new Error('there must be a checkpoint');
    expect((await train({}, undefined, last.state)).events.filter(({ type }) => type === 'warning')).toEqual([]);
  });

  it.each([
    ['scaleActions', { scaleActions: true }, () => new Tank()],
    ['squashActions', { squashActions: true }, () => new Tank()],
  ] as const)('is learned in with %s', async (_name, config, make) => {
    const { agent, action } = await train(config, make);
    expect(agent.warnings).toBeUndefined();
    expect(Math.abs(action - 800)).toBeLessThan(40);
    // The saved policy plays in the numbers of the environment too.
    const policy = await agent.policy?.();
    if (!policy) throw new Error('there must be a policy');
    const actor = policyActor(policy, { algorithms: [ppo as unknown as Algorithm], engine: await compiledEngine() });
    expect((await actor.act(Float32Array.of(0), 'exploit'))[0]).toBe(action);
    actor.dispose();
  });

  it('is learned in behind RescaleAction', async () => {
    const { agent, action } = await train({}, () => new RescaleAction(new Tank()));
    expect(agent.warnings).toBeUndefined();
    expect(Math.abs(action - 0.6)).toBeLessThan(0.08);
  });

  it('is scaled by an agent with a memory too', async () => {
    const { spec } = new Tank();
    const engine = await compiledEngine();
    const create = (config: object) => recurrentPpo.create({ spec, config, seed: 1, engine });
    const [plain, scaled] = [await create({}), await create({ scaleActions: true })];
    expect(plain.warnings).toHaveLength(1);
    expect(scaled.warnings).toBeUndefined();
    expect(Math.abs((await scaled.act(Float32Array.of(0), 'exploit'))[0] - 500)).toBeLessThan(50);
  });
});
