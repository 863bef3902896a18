import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeAgreement(subject);
