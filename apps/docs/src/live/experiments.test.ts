import { describe, expect, test } from 'vitest';
import { isAlgorithmId, openRun } from 'zpin';
import { initialValues, Values } from './experiment.ts';
import { experimentOf, experiments } from './experiments.ts';
import { recordedData } from './recorded-data.ts';

describe.each(Object.entries(experiments))('%s', (id, experiment) => {
  test('is planned by what the reader sets', () => {
    const initial = JSON.stringify(experiment.plan(new Values(initialValues(experiment))));
    // Each control has a say, for one of the algorithms at least.
    for (const control of experimentOf(id).controls) {
      const others = control.kind === 'number' ? [0.625] : control.choices.slice(1);
      const plans = algorithmsOf(id).flatMap(algorithm =>
        others.map(value =>
          JSON.stringify(experiment.plan(new Values({ ...initialValues(experiment), algorithm, [control.name]: value }))),
        ),
      );
      expect(
        plans.some(plan => plan !== initial && (control.kind === 'choice' || plan.includes('0.625'))),
        control.name,
      ).toBe(true);
    }
  });

  test('is one that a run takes, with each of its algorithms', async () => {
    const initial = initialValues(experiment);
    for (const wanted of algorithmsOf(id)) {
      const { algorithm, env, data, options } = experimentOf(id).plan(new Values({ ...initial, algorithm: wanted }));
      if (!isAlgorithmId(algorithm)) throw new Error(algorithm);
      const dataset = data && (await recordedData(env, { ...data, steps: 200 }, 1));
      const run = await openRun(algorithm, env, { ...options, ...(dataset && { dataset }), seed: 1 });
      expect(run.description.steps).toBeGreaterThan(0);
      run.agent.dispose?.();
    }
  });
});

/** The algorithms that a reader can choose; of others, any name. */
function algorithmsOf(id: string): readonly string[] {
  for (const control of experimentOf(id).controls)
    if (control.kind === 'choice' && control.name === 'algorithm') return control.choices;
  return ['the only one'];
}

test('a setting that was deleted is asked for', () => {
  expect(() => experiments.pendulum.plan(new Values({ algorithm: 'sac', learningRate: '', gamma: 0.9, batchSize: 1 }))).toThrow(
    'The setting "learningRate" must be a number, got nothing. Type one.',
  );
  expect(() => experimentOf('chess')).toThrow(/must be one of lunar-lander, .*, got chess/);
});
