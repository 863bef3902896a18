import { trainInProcess } from '../../../tools/testing/train-in-process.ts';
import { algorithmCases, recurrentCases } from './algorithms.ts';

await trainInProcess([...algorithmCases, ...recurrentCases], process.argv.slice(2));
