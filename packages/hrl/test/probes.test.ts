import { describeProbes } from '../../../tools/testing/probe-suite.ts';
import { optionCriticCase } from './algorithms.ts';

describeProbes(optionCriticCase);
