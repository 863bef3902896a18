import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeExactness, describeNewProcess } from '../../../tools/testing/exactness-suite.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

for (const subject of [...algorithmCases, ...recurrentCases]) describeExactness(subject);
describe('with normalised observations and rewards', () => {
  const [subject] = algorithmCases;
  describeExactness({ ...subject, small: { ...subject.small, normalizeObservations: true, normalizeRewards: true } });
});
// A process takes its time. That the state is whole is shown above on every environment; here one for each algorithm will do.
const onCartPole = [...algorithmCases, ...recurrentCases].map(subject => ({
  ...subject,
  actions: ['discrete'] as const,
  masks: false,
}));
describeNewProcess(onCartPole, fileURLToPath(new URL('train-process.ts', import.meta.url)));
describeExactness(onWasm(algorithmCases, 'ppo'));
