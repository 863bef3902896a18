import { describeAgent } from '../../../tools/testing/agent-suite.ts';
import { algorithmCases } from './algorithms.ts';

for (const subject of algorithmCases) describeAgent(subject);
