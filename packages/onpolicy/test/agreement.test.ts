import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

for (const subject of [...algorithmCases, ...recurrentCases]) describeAgreement(subject);
describeAgreement(onWasm(algorithmCases, 'ppo'));
describeAgreement(onWasm(algorithmCases, 'trpo'));
