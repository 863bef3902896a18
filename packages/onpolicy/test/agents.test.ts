import { describeAgent } from '../../../tools/testing/agent-suite.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

for (const subject of [...algorithmCases, ...recurrentCases]) describeAgent(subject);
