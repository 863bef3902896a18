import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { describeExactness, describeNewProcess } from '../../../tools/testing/exactness-suite.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeExactness(subject);
describe('with normalised observations and rewards', () => {
  const [subject] = algorithmCases;
  describeExactness({ ...subject, small: { ...subject.small, normalizeObservations: true, normalizeRewards: true } });
});
describeNewProcess(algorithmCases, fileURLToPath(new URL('train-process.ts', import.meta.url)));
