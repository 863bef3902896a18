import { describeExactness } from '../../../tools/testing/exactness-suite.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { tabularCases } from './tabular.ts';

for (const subject of tabularCases) {
  describeExactness(subject);
  describeProbes(subject);
}
