import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases } from './algorithms.ts';

/**
 * Every step is an update here: a fifth of what the suite asks for are as many as those of other agents. A policy that is updated
 * at every third step only takes three times as many.
 */
for (const subject of [...algorithmCases, onWasm(algorithmCases, 'cql')]) {
  const { algorithm, small } = subject;
  const share = Number(small.policyDelay ?? 1) / 5;
  const train: typeof algorithm.train = options =>
    algorithm.train({ ...options, totalSteps: Math.ceil(options.totalSteps * share) });
  describeAgreement({ ...subject, algorithm: { ...algorithm, train } });
}
