import { describe, expect, it } from 'vitest';
import {
  CheckpointError,
  ConfigError,
  type EnvSpec,
  InputError,
  NumericsError,
  type OnPolicyAgent,
  Rng,
  SpaceError,
  type VectorEnv,
} from '../../packages/contracts/src/index.ts';
import { describeConfig, type Engine, policyActor } from '../../packages/core/src/index.ts';
import {
  type AlgorithmCase,
  compiledEngine,
  differences,
  exactnessEnvs,
  PATIENCE,
  recordRun,
  TOTAL_STEPS,
} from './algorithm-case.ts';
import { type Probe, probeEnv } from './probe-envs.ts';
import { ShiftedActions } from './shifted-actions.ts';

/** Checks what every agent promises beside learning: its state, its memory, its errors, its masks. */
export function describeAgent(subject: AlgorithmCase): void {
  const { algorithm, small, actions } = subject;
  const kind = actions.includes('discrete') ? 'discrete' : 'continuous';
  const spec: EnvSpec = { ...probeEnv(probe({ actions: 5 }), kind, 1).spec };
  const create = async (options: object = {}) =>
    algorithm.create({ spec, config: small, seed: 1, engine: await compiledEngine(), ...options });

  describe(`${algorithm.id}: state`, PATIENCE, () => {
    it.each(Object.entries(exactnessEnvs(subject)))(
      'of a trained agent makes another one the same, on %s',
      async (_name, makeEnv) => {
        const env = makeEnv(small.numEnvs);
        const [agent, other] = [await create({ spec: env.spec }), await create({ spec: env.spec, seed: 2 })];
        const before = await agent.state();
        for await (const _ of algorithm.train({ agent, env, totalSteps: TOTAL_STEPS, seed: 1 }));
        const state = await agent.state();
        const copy = structuredClone(state);
        expect(differences(before, state).join(), 'a state must not change with the agent').toContain('vectors');
        await other.restore(copy);
        expect(differences(await other.state(), copy)).toEqual([]);
        const out = env.createStep();
        env.reset(out, 9);
        for (const mode of ['exploit', 'explore'] as const) {
          for (let i = 0; i < 5; i++) {
            expect(await other.act(out.obs, mode, out.actionMask)).toEqual(await agent.act(out.obs, mode, out.actionMask));
          }
        }
        expect(differences(await other.state(), await agent.state())).toEqual([]);
        expect(differences(state, copy), 'a state must not change with the agent').toEqual([]);
      },
    );

    it('of another network is refused and changes nothing', async () => {
      const [agent, larger] = [await create(), await create({ config: { ...small, hiddenSizes: [9] } })];
      const before = await agent.state();
      await expect(async () => agent.restore(await larger.state())).rejects.toThrow(CheckpointError);
      expect(differences(await agent.state(), before)).toEqual([]);
    });

    it('frees all that it took from the engine', async () => {
      const { engine, open } = countingEngine(await compiledEngine());
      for (const [name, makeEnv] of Object.entries(exactnessEnvs(subject))) {
        await recordRun(subject, { env: makeEnv(small.numEnvs), config: small, seed: 1, totalSteps: TOTAL_STEPS, engine });
        expect(open(), name).toBe(0);
      }
    });
  });

  const discreteEnvs = Object.entries(exactnessEnvs(subject)).filter(([name]) => name !== 'Pendulum-v1' && name !== 'Golf-v0');
  if (discreteEnvs.length > 0) {
    describe(`${algorithm.id}: Discrete actions that do not start at 0`, PATIENCE, () => {
      it.each(discreteEnvs)(
        'are played by their own numbers, and change nothing of what is learned, on %s',
        async (_name, makeEnv) => {
          const trained = async (env: VectorEnv) => {
            const agent = await create({ spec: env.spec });
            for await (const _ of algorithm.train({ agent, env, totalSteps: TOTAL_STEPS, seed: 1 }));
            return agent;
          };
          const agent = await trained(makeEnv(small.numEnvs));
          const out = makeEnv(small.numEnvs).createStep();
          makeEnv(small.numEnvs).reset(out, 9);
          for (const start of [5, -3]) {
            const other = await trained(new ShiftedActions(makeEnv(small.numEnvs), start));
            // Actions that are kept are those that were played.
            const different = differences(await other.state(), await agent.state()).filter(path => !path.endsWith('.action'));
            expect(different).toEqual([]);
            for (const mode of ['exploit', 'explore'] as const) {
              const before = await agent.state();
              const actions = (await agent.act(out.obs, mode, out.actionMask)).map(action => action + start);
              expect(await other.act(out.obs, mode, out.actionMask)).toEqual(actions);
              await agent.restore(before);
            }
            const policy = await other.policy?.();
            if (!policy) continue;
            const actor = policyActor(policy, { algorithms: [algorithm], engine: await compiledEngine() });
            const best = (await other.act(out.obs, 'exploit', out.actionMask)).slice();
            expect(await actor.act(out.obs, 'exploit', out.actionMask)).toEqual(best);
            actor.dispose();
          }
        },
      );
    });
  }

  describe(`${algorithm.id}: bad input`, () => {
    const refused = async (options: object) => {
      const error = await create(options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(InputError);
      return error as InputError;
    };

    const settings = describeConfig(algorithm.config).map(({ name }) => name);

    it('names the nearest setting for an unknown one', async () => {
      const rate = settings.find(name => name.toLowerCase().endsWith('learningrate')) ?? 'gamma';
      const slip = rate.slice(0, -1);
      const error = await refused({ config: { [slip]: 1 } });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toMatch(new RegExp(`^${algorithm.id}: ${slip} .*${rate}`));
    });

    const wrong: readonly (readonly [string, unknown])[] = [
      ['gamma', 1.5],
      ['gamma', Number.NaN],
      ['numEnvs', 0],
      ['batchSize', 2.5],
      ...settings
        .filter(name => name.toLowerCase().endsWith('learningrate'))
        .flatMap(name => [[name, -1] as const, [name, '1e-3'] as const]),
      ['hiddenSizes', [8, 0]],
    ];
    it.each(wrong.filter(([name]) => settings.includes(name)))(
      'names the setting %s = %s, which is out of range',
      async (name, value) => {
        const error = await refused({ config: { [name]: value } });
        expect(error).toBeInstanceOf(ConfigError);
        expect(error.message).toMatch(new RegExp(`^${algorithm.id}: ${name} must be .*, got `));
      },
    );

    it.each(subject.refuses)('refuses actions %j', async (actionSpace, expected) => {
      const error = await refused({ spec: { ...spec, actionSpace } });
      expect(error).toBeInstanceOf(SpaceError);
      expect(error.message).toMatch(expected);
    });

    // An offline algorithm steps no environment; its data are checked before.
    if (algorithm.learnsFrom === 'dataset') return;

    it('refuses another number of environments than it was made for', async () => {
      const env = probeEnv(probe({}), kind, small.numEnvs + 1);
      const agent = await create({ spec: env.spec });
      await expect(algorithm.train({ agent, env, totalSteps: 10, seed: 1 }).next()).rejects.toThrow(ConfigError);
    });

    it('stops at a reward that is not a number, and says where', async () => {
      const env = probeEnv(probe({ reward: Number.NaN }), kind, small.numEnvs);
      const run = recordRun(subject, { env, config: small, seed: 1, totalSteps: TOTAL_STEPS });
      await expect(run).rejects.toThrow(NumericsError);
      const where = /^.+, copy \d+, at step \d+ of its episode, after \d+ steps of all copies: the reward must be .*, got NaN\. /;
      await expect(run).rejects.toThrow(where);
    });
  });

  it(`${algorithm.id} learns from pictures of the size of Atari's`, async () => {
    const env = probeEnv({ ...probe({ actions: 2 }), obs: 'large picture' }, kind, small.numEnvs);
    const agent = await create({ spec: env.spec });
    const before = await agent.state();
    let updates = 0;
    for await (const event of algorithm.train({ agent, env, totalSteps: 40, seed: 1 })) {
      if (event.type !== 'update') continue;
      updates++;
      for (const value of Object.values(await event.metrics.read())) expect(value).toSatisfy(Number.isFinite);
    }
    expect(updates).toBeGreaterThan(0);
    expect(differences(before, await agent.state()).join()).toContain('vectors');
    agent.dispose();
  });

  if (!subject.masks) return;
  describe(`${algorithm.id}: masks`, () => {
    const rows = 500;
    const numActions = 5;
    // Row i allows action i mod 5, and each other one by chance.
    const rng = new Rng(4);
    const mask = Uint8Array.from({ length: rows * numActions }, (_, i) =>
      Number(i % numActions === Math.floor(i / numActions) % numActions || rng.random() < 0.4),
    );
    const obs = rng.uniformInto(new Float32Array(rows));

    it.each(['explore', 'exploit'] as const)('are obeyed in mode %s', async mode => {
      const agent = await create();
      const actions = await agent.act(obs, mode, mask);
      expect(actions.length).toBe(rows);
      expect(actions.every((action, row) => mask[row * numActions + action] === 1)).toBe(true);
      expect(new Set(actions).size).toBe(numActions);
    });

    it.each(['explore', 'exploit'] as const)('of no use are refused in mode %s', async mode => {
      const agent = await create();
      const act = async (given?: Uint8Array) => agent.act(obs, mode, given);
      const empty = mask.slice();
      empty.fill(0, 7 * numActions, 8 * numActions);
      await expect(act(empty)).rejects.toThrow(InputError);
      await expect(act(empty)).rejects.toThrow(
        `${algorithm.id}: row 7 of the mask must leave at least one of 5 actions legal, got 0`,
      );
      await expect(act(mask.map(value => 3 * value))).rejects.toThrow(
        /row 0 of the mask must hold 0 for illegal and 1 for legal/,
      );
      await expect(act(mask.subarray(1))).rejects.toThrow(/the mask must have 5 numbers for each of 500 rows, got 2499/);
    });

    it.each(['explore', 'exploit'] as const)('must not be omitted in mode %s where the environment has them', async mode => {
      const agent = await create({ spec: { ...spec, hasActionMask: true } });
      const act = async () => agent.act(obs, mode);
      await expect(act()).rejects.toThrow(InputError);
      await expect(act()).rejects.toThrow(
        `${algorithm.id}: there must be a mask of legal actions, as Probe-v0 has them, got "none"`,
      );
      expect((await agent.act(obs, mode, mask)).length).toBe(rows);
      if (!('explore' in agent)) return;
      const { explore, numEnvs } = agent as OnPolicyAgent;
      const columns = [new Float32Array(numEnvs), new Float32Array(numEnvs)] as const;
      await expect(async () => explore(obs.subarray(0, numEnvs), ...columns)).rejects.toThrow(/must be a mask/);
    });

    it('that leave no action end training, and say where', async () => {
      const given = { ...probe({ actions: 2 }), legal: [[]] };
      const env = probeEnv(given, 'discrete', small.numEnvs);
      const run = recordRun(subject, { env, config: small, seed: 1, totalSteps: TOTAL_STEPS });
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(/copy 0, at its reset: row 0 of the mask must leave at least one of 2 actions legal/);
    });

    it('of 1 throughout change nothing in mode exploit', async () => {
      const agent = await create();
      const start = new Uint8Array(rows).fill(1);
      const free = (await agent.act(obs, 'exploit', undefined, start)).slice();
      expect(await agent.act(obs, 'exploit', new Uint8Array(rows * numActions).fill(1), start)).toEqual(free);
    });
  });
}

/** One state, in which every action gives `reward` and ends the task. */
function probe({ actions = 2, reward = 1 }: { actions?: number; reward?: number }): Probe {
  const each = <T>(value: T) => new Array<T>(actions).fill(value);
  return {
    name: 'one state',
    shows: '',
    obs: [0.5],
    starts: [0],
    outcomes: [each([reward, null] as const)],
    q: [each(reward)],
  };
}

/** The engine, with a count of what it holds for agents. */
function countingEngine(engine: Engine): { engine: Engine; open(): number } {
  let open = 0;
  const counted = <T extends { dispose(): void }>(thing: T): T => {
    open++;
    const dispose = thing.dispose.bind(thing);
    thing.dispose = () => {
      open--;
      dispose();
    };
    return thing;
  };
  return {
    engine: {
      name: engine.name,
      description: engine.description,
      allocate: values => counted(engine.allocate(values)),
      build: async source => counted(await engine.build(source)),
    },
    open: () => open,
  };
}
