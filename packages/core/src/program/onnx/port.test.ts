import { expect, it } from 'vitest';
import { type InputPort, inputKey, type OutputPort, outputKey } from './port.ts';

it('gives every port a name of its own, whatever vectors, inputs and outputs are called', () => {
  const names = ['w', 'packed', '0:9/w', 'w@0:9', 'state/w', 'scalars', '0', 'out/packed', ''];
  const inputs: InputPort[] = [
    { kind: 'packed' },
    { kind: 'scalar', place: 0, rank: 0 },
    { kind: 'scalar', place: 0, rank: 1 },
    { kind: 'scalar', place: 1, rank: 1 },
    { kind: 'carried', id: 0, type: 'float32' },
    { kind: 'carried', id: 1, type: 'float32' },
    ...names.flatMap((name): InputPort[] => [
      { kind: 'state', vector: name },
      { kind: 'stretch', vector: name, begin: 0, end: 9 },
      { kind: 'stretch', vector: name, begin: 0, end: 90 },
      { kind: 'given', name },
    ]),
  ];
  const outputs: OutputPort[] = [
    { kind: 'packed' },
    { kind: 'tailScalar', size: 1, index: 0 },
    { kind: 'carried', id: 0, type: 'float32' },
    { kind: 'carried', id: 1, type: 'float32' },
    { kind: 'scalar', place: 0, rank: 0 },
    { kind: 'scalar', place: 0, rank: 1 },
    { kind: 'tailArray', size: 1, index: 0 },
    { kind: 'tailArray', size: 1, index: 1 },
    { kind: 'tailArray', size: 11, index: 1 },
    ...names.flatMap((name): OutputPort[] => [
      { kind: 'state', vector: name },
      { kind: 'output', name },
      { kind: 'metric', name },
    ]),
  ];
  const keys = [...inputs.map(inputKey), ...outputs.map(outputKey)];
  expect(new Set(keys).size).toBe(keys.length);
});
