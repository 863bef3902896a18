import { fileURLToPath } from 'node:url';
import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeExactness, describeNewProcess } from '../../../tools/testing/exactness-suite.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeExactness(subject);
describeNewProcess(algorithmCases, fileURLToPath(new URL('train-process.ts', import.meta.url)));
describeExactness(onWasm(algorithmCases, 'cql'));
