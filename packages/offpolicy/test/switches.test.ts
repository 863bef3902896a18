import { describe } from 'vitest';
import { describeExactness } from '../../../tools/testing/exactness-suite.ts';
import { switchedCases } from './algorithms.ts';

describe.each(switchedCases)('$algorithm.title', subject => describeExactness(subject));
