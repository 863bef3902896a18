import { onWasm } from '../../../tools/testing/algorithm-case.ts';
import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { offPolicyOptionCriticCase, optionCriticCase } from './algorithms.ts';

describeProbes(optionCriticCase);
describeProbes(offPolicyOptionCriticCase);
describeProbes(onWasm([optionCriticCase], 'option-critic'));
