import { trainInProcess } from '../../../tools/testing/train-in-process.ts';
import { algorithmCases } from './algorithms.ts';

await trainInProcess(algorithmCases, process.argv.slice(2));
