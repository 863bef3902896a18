import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { valueCases } from './algorithms.ts';

for (const subject of valueCases) describeProbes(subject);
