import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { algorithmCases } from './algorithms.ts';

/** Every step is an update here: a fifth of what the suite asks for are as many as those of other agents. */
for (const subject of algorithmCases) {
  const { algorithm } = subject;
  const train: typeof algorithm.train = options => algorithm.train({ ...options, totalSteps: Math.ceil(options.totalSteps / 5) });
  describeAgreement({ ...subject, algorithm: { ...algorithm, train } });
}
