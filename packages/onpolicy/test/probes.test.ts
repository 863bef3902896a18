import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeProbes(subject);
describeProbes(onWasm(algorithmCases, 'ppo'));
