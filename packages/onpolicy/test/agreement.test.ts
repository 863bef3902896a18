import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

for (const subject of [...algorithmCases, ...recurrentCases]) describeAgreement(subject);
