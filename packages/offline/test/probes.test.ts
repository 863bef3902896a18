import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { valueCases } from './algorithms.ts';

for (const subject of valueCases) describeProbes(subject);
describeProbes(onWasm(valueCases, 'cql'));
