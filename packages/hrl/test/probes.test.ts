import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { offPolicyOptionCriticCase, optionCriticCase } from './algorithms.ts';

describeProbes(optionCriticCase);
describeProbes(offPolicyOptionCriticCase);
