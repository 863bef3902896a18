import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { algorithmCases, dqnOf2013 } from './algorithms.ts';

for (const subject of [...algorithmCases, dqnOf2013]) describeProbes(subject);
describeProbes(onWasm(algorithmCases, 'rainbow'));
