import { describeAgreement } from '../../../tools/testing/agreement-suite.ts';
import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeAgreement(subject);
describeAgreement(onWasm(algorithmCases, 'option-critic'));
