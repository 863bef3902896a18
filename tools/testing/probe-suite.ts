import { describe, expect, it } from 'vitest';
import type { Agent } from '../../packages/contracts/src/index.ts';
import { type AlgorithmCase, compiledEngine, PATIENCE, titleOf } from './algorithm-case.ts';
import {
  type ActionKind,
  chosenAction,
  maskedProbes,
  PROBE_GAMMA,
  type Probe,
  probeEnv,
  probeMask,
  probeObservations,
  probes,
} from './probe-envs.ts';

/** Every learned value is at most this far from the true one. */
const TOLERANCE = 0.05;

/** Checks the values and the policy that an algorithm learns in environments whose true values are known. */
export function describeProbes(subject: AlgorithmCase): void {
  const suited = (list: readonly Probe[]) =>
    subject.onIndices ? list.map(probe => ({ ...probe, obs: 'index' as const })) : list;
  describe.each(subject.actions)(`${titleOf(subject)} learns the values of probes with %s actions`, PATIENCE, kind => {
    it.each(kind === 'discrete' ? suited(probes) : probes.filter(({ obs }) => obs !== 'picture'))('$name', probe =>
      learns(subject, probe, kind),
    );
  });
  if (!subject.masks) return;
  describe(`${titleOf(subject)} learns the values of probes with masked actions`, PATIENCE, () => {
    it.each(suited(maskedProbes))('$name', probe => learns(subject, probe, 'discrete'));
  });
}

async function learns(subject: AlgorithmCase, probe: Probe, kind: ActionKind): Promise<void> {
  const { algorithm, probe: settings, probeSteps: totalSteps } = subject;
  const env = probeEnv(probe, kind, settings.numEnvs);
  const config = { ...settings, gamma: PROBE_GAMMA };
  const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await compiledEngine(subject.engine) });
  for await (const _ of algorithm.train({ agent, env, totalSteps, seed: 1 }));

  const obs = probeObservations(probe);
  const learned = await subject.estimates(agent, env.spec, obs);
  const width = learned.length / probe.q.length;
  const isValue = width === 1;
  for (const [state, q] of probe.q.entries()) {
    const legal = probe.legal?.[state] ?? q.map((_, action) => action);
    const best = Math.max(...legal.map(action => q[action]));
    const row = learned.subarray(state * width, (state + 1) * width);
    if (isValue) expectNear(row[0], best, `V(${state})`);
    else for (const action of legal) expectNear(row[action], q[action], `Q(${state}, ${action})`);
  }
  await expectBestActions(agent, probe, kind);
  agent.dispose();
}

async function expectBestActions(agent: Agent, probe: Probe, kind: ActionKind): Promise<void> {
  const actions = await agent.act(probeObservations(probe), 'exploit', kind === 'discrete' ? probeMask(probe) : undefined);
  for (const [state, q] of probe.q.entries()) {
    const legal = q.filter(value => !Number.isNaN(value));
    const chosen = chosenAction(kind, actions, state, q.length);
    expect(q[chosen], `value of the greedy action in state ${state}`).toBe(Math.max(...legal));
  }
}

function expectNear(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual - expected), `${what} = ${actual}, must be ${expected}`).toBeLessThan(TOLERANCE);
}
