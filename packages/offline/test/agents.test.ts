import { describeAgent } from '../../../tools/testing/agent-suite.ts';
import { bcCase, valueCases } from './algorithms.ts';

for (const subject of [bcCase, ...valueCases]) describeAgent(subject);
