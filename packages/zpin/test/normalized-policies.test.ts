import { type Agent, box, type EnvState, type NumericArray, type Policy, type VectorEnv, type VectorStep } from '@zpin/contracts';
import { type Algorithm, createEngine, decodePolicy, encodePolicy, evaluate, exportOnnx, policyActor } from '@zpin/core';
import { makeVectorEnv, NormalizeObservation, NormalizeReward, VectorWrapper } from '@zpin/envs';
import { sac } from '@zpin/offpolicy';
import { ppo } from '@zpin/onpolicy';
import { dqn } from '@zpin/value-based';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { load, resume, train } from '../src/index.ts';

inScratchFolder();

const engine = await createEngine('onnx');
const small = { hiddenSizes: [8], numEnvs: 2 };
const replayed = { ...small, learningStarts: 20, batchSize: 8, bufferSize: 200 };

/** Observations in halves, which no statistics tell of. */
class Halved extends VectorWrapper {
  constructor(env: VectorEnv) {
    super(env, { observationSpace: box({ low: -5, high: 5, shape: [3] }) });
  }

  override step(actions: NumericArray, out: VectorStep): void {
    this.env.step(actions, out);
    for (const [i, value] of out.obs.entries()) out.obs[i] = value / 2;
  }

  protected override save(): EnvState {
    return {};
  }

  protected override load(): void {}
}

async function trained<Config>(algorithm: Algorithm<Config>, env: VectorEnv, config: object): Promise<Agent> {
  const agent = await algorithm.create({ spec: env.spec, config: config as Partial<Config>, seed: 1, engine });
  for await (const _ of algorithm.train({ agent, env, totalSteps: 200, seed: 1 }));
  return agent;
}

const policyOf = async (agent: Agent) => (await agent.policy?.()) as Policy;

describe('a policy that was trained behind NormalizeObservation', () => {
  const raw = (id: string, copies = 2) => makeVectorEnv(id, copies, { maxEpisodeSteps: 30 });
  const clipped = (env: VectorEnv) => new NormalizeObservation(env, { clip: 0.7 });

  it.each<[string, string, (env: VectorEnv) => VectorEnv, (env: VectorEnv) => Promise<Agent>, Algorithm]>([
    ['ppo', 'Pendulum-v1', clipped, env => trained(ppo, env, { ...small, rolloutLength: 16 }), ppo as Algorithm],
    ['dqn', 'CartPole-v1', env => new NormalizeReward(clipped(env)), env => trained(dqn, env, replayed), dqn as Algorithm],
    ['sac', 'Pendulum-v1', clipped, env => trained(sac, env, replayed), sac as Algorithm],
    [
      'ppo, which normalises too',
      'Pendulum-v1',
      clipped,
      env => trained(ppo, env, { ...small, rolloutLength: 16, normalizeObservations: true }),
      ppo as Algorithm,
    ],
    [
      'ppo, behind two of them',
      'Pendulum-v1',
      env => new NormalizeObservation(clipped(env), { clip: 0.3 }),
      env => trained(ppo, env, { ...small, rolloutLength: 16 }),
      ppo as Algorithm,
    ],
  ])('%s acts bit for bit the same on the environment as it is', async (_, id, wrap, train, algorithm) => {
    const env = wrap(raw(id));
    const agent = await train(env);
    const policy = decodePolicy(encodePolicy(await policyOf(agent)));
    expect(policy.spec).toEqual(raw(id).spec);
    const actor = policyActor(policy, { algorithms: [algorithm], engine });
    const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms: [algorithm] }));

    // What the environment shows, in front of the wrappers and behind them, by the statistics of training.
    const statistics: NormalizeObservation['statistics'][] = [];
    for (let at: unknown = env; at instanceof VectorWrapper; at = (at as unknown as { env: unknown }).env) {
      if (at instanceof NormalizeObservation) statistics.unshift(at.statistics);
    }
    const clips = policy.observationClips as readonly number[];
    expect(clips.length).toBe(statistics.length);
    const frozen = (env: VectorEnv) =>
      statistics.reduce(
        (inner, own, i) => new NormalizeObservation(inner, { statistics: own, isFrozen: true, clip: clips[i] as number }),
        env,
      );
    const [plain, normalized] = [raw(id, 1), frozen(raw(id, 1))];
    const [seen, shown] = [plain.createStep(), normalized.createStep()];
    plain.reset(seen, 5);
    normalized.reset(shown, 5);
    for (let t = 0; t < 60; t++) {
      const action = (await agent.act(shown.obs, 'exploit')).slice();
      expect((await actor.act(seen.obs, 'exploit')).slice()).toEqual(action);
      const output = await session.run({ obs: new ort.Tensor('float32', seen.obs as Float32Array, [1, seen.obs.length]) });
      // Another runtime may join operations: the last bits of continuous actions are its own.
      for (const [k, value] of action.entries()) expect(Number(output.action?.data[k])).toBeCloseTo(value, 5);
      plain.step(action, seen);
      normalized.step(action, shown);
    }
    expect(await evaluate(actor, raw(id), 4, 3)).toEqual(await evaluate(agent, frozen(raw(id)), 4, 3));
    actor.dispose();
    agent.dispose();
  });

  it('is refused where its observations went through something else', async () => {
    const env = new Halved(clipped(raw('Pendulum-v1')));
    const agent = await trained(ppo, env, { ...small, rolloutLength: 16 });
    const policy = decodePolicy(encodePolicy(await policyOf(agent)));
    expect(policy.spec.wrappers).toEqual(['NormalizeObservation', 'Halved']);
    expect(policy).not.toHaveProperty('observationClips');
    const actor = policyActor(policy, { algorithms: [ppo as Algorithm], engine });
    for (const player of [actor, agent]) {
      await expect(evaluate(player, raw('Pendulum-v1'), 1, 1)).rejects.toThrow(
        /Pendulum-v1, Box\(\[3\], float32\) to Box\(\[1\], float32\), behind NormalizeObservation, Halved, got .*, without wrappers"/,
      );
    }
    expect((await evaluate(actor, new Halved(clipped(raw('Pendulum-v1'))), 1, 1)).lengths).toEqual([30]);
  });
});

it('statistics of training are those of evaluation, and of a run that is loaded', async () => {
  const open = (copies: number) => new NormalizeObservation(makeVectorEnv('Pendulum-v1', copies, { maxEpisodeSteps: 30 }));
  const settings = { steps: 128, config: { ...small, rolloutLength: 16 }, preset: false, saveTo: 'normalized' };
  const run = await train('ppo', open, settings);
  const policy = (await run.policy()) as Policy;
  const actor = policyActor(policy, { algorithms: [ppo as Algorithm], engine });
  const plain = await evaluate(actor, makeVectorEnv('Pendulum-v1', 2, { maxEpisodeSteps: 30 }), 4, 3);

  const measured = open(2);
  const given = measured.createStep();
  measured.reset(given, 1);
  const before = measured.state();
  for (let i = 0; i < 2; i++) expect(await evaluate(run.agent, measured, 4, 3)).toEqual(plain);
  measured.restore(before);
  expect(measured.statistics.count).toBe(2);
  // Evaluation is over: it measures again.
  measured.step(new Float32Array(2), given);
  expect(measured.statistics.count).toBe(4);

  const found = await load('normalized', { env: open });
  expect(await found.policy()).toEqual(policy);
  expect(await found.evaluate({ episodes: 2, seed: 4 })).toEqual(await run.evaluate({ episodes: 2, seed: 4 }));
  found.dispose();
  run.dispose();
  const longer = await resume('normalized', { env: open, steps: 160 });
  expect(Number((longer.env as NormalizeObservation).statistics.count)).toBe(2 + 160);
  longer.dispose();
});

it('an agent tells where an environment shows its observations in another way', async () => {
  const wrapped = (...wrappers: string[]) => makeVectorEnv('Pendulum-v1', 1, { maxEpisodeSteps: 5, wrappers });
  const { spec } = wrapped('select-observation:1,0', 'frame-stack:2');
  expect(spec.wrappers).toEqual(['select-observation:1,0', 'frame-stack:2']);
  const agent = await ppo.create({ spec, config: { hiddenSizes: [8] }, seed: 1, engine });
  const policy = decodePolicy(encodePolicy(await policyOf(agent)));
  expect(policy.spec.wrappers).toEqual(spec.wrappers);
  const actor = policyActor(policy, { algorithms: [ppo as Algorithm], engine });
  for (const player of [agent, actor]) {
    await expect(evaluate(player, wrapped('select-observation:0,1', 'frame-stack:2'), 1, 1)).rejects.toThrow(
      /behind select-observation:1,0, frame-stack:2, got .*behind select-observation:0,1, frame-stack:2"/,
    );
    // What changes neither what is observed nor what actions mean is no matter.
    const other = wrapped('select-observation:1,0', 'clip-reward', 'frame-stack:2', 'sticky-action');
    expect((await evaluate(player, other, 1, 1)).lengths).toEqual([5]);
  }
  // A file of before does not tell.
  const { wrappers: _, ...before } = policy.spec;
  const old = policyActor({ ...policy, spec: { ...before, wrappers: null } }, { algorithms: [ppo as Algorithm], engine });
  expect((await evaluate(old, wrapped('select-observation:0,1', 'frame-stack:2'), 1, 1)).lengths).toEqual([5]);
});
