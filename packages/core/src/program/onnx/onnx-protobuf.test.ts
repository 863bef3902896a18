import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type Fields, integers, messages, readProtobuf, texts } from '../../../test/read-protobuf.ts';
import { encodeOnnx, type OnnxModel } from './onnx-protobuf.ts';

/** y = x (1, 2, 3) with x `[rows, 3]`, then a slice by negative steps, cut to bytes. */
const model: OnnxModel = {
  name: 'small',
  nodes: [
    { operator: 'Mul', inputs: ['x', 'factor'], outputs: ['product'], attributes: {} },
    { operator: 'Slice', inputs: ['product', 'begin', 'end', 'axes', 'steps'], outputs: ['reversed'], attributes: {} },
    { operator: 'Transpose', inputs: ['reversed'], outputs: ['turned'], attributes: { perm: [1, 0] } },
    { operator: 'Cast', inputs: ['turned'], outputs: ['y'], attributes: { to: 'int32' } },
  ],
  initializers: [
    { name: 'factor', shape: [3], type: 'float32', data: Float32Array.of(0, 1, 2, 3, 0).subarray(1, 4) },
    { name: 'begin', shape: [1], type: 'int64', data: BigInt64Array.of(2n) },
    { name: 'end', shape: [1], type: 'int64', data: BigInt64Array.of(-(2n ** 40n)) },
    { name: 'axes', shape: [1], type: 'int64', data: BigInt64Array.of(1n) },
    { name: 'steps', shape: [1], type: 'int64', data: BigInt64Array.of(-1n) },
  ],
  inputs: [{ name: 'x', shape: ['rows', 3], type: 'float32' }],
  outputs: [{ name: 'y', shape: [3, 'rows'], type: 'int32' }],
  metadata: { author: 'β', empty: '' },
};

const bytesOf = (fields: Fields, field: number) => new Uint8Array(fields.get(field)?.[0] as Uint8Array).buffer;
const graphOf = (bytes: Uint8Array): Fields => messages(readProtobuf(bytes), 7)[0];

describe('encodeOnnx', () => {
  it('writes the fields of onnx.proto', () => {
    const file = readProtobuf(encodeOnnx(model));
    expect([integers(file, 1), texts(file, 2)]).toEqual([[8], ['zpin']]);
    expect(messages(file, 8).map(opset => [texts(opset, 1), integers(opset, 2)])).toEqual([[[''], [18]]]);
    expect(messages(file, 14).map(entry => [...texts(entry, 1), ...texts(entry, 2)])).toEqual([
      ['author', 'β'],
      ['empty', ''],
    ]);
    const [graph] = messages(file, 7);
    expect(texts(graph, 2)).toEqual(['small']);

    const nodes = messages(graph, 1);
    expect(nodes.map(node => [...texts(node, 4), ...texts(node, 1), '->', ...texts(node, 2)].join(' '))).toEqual([
      'Mul x factor -> product',
      'Slice product begin end axes steps -> reversed',
      'Transpose reversed -> turned',
      'Cast turned -> y',
    ]);
    // Attribute: name 1, i 3, ints 8, type 20 (INT 2, INTS 7). Data type 6 is int32.
    const [perm] = messages(nodes[2], 5);
    expect([texts(perm, 1), integers(perm, 8), integers(perm, 20)]).toEqual([['perm'], [1, 0], [7]]);
    const [to] = messages(nodes[3], 5);
    expect([texts(to, 1), integers(to, 3), integers(to, 20)]).toEqual([['to'], [6], [2]]);

    const [factor, , end] = messages(graph, 5);
    expect([texts(factor, 8), integers(factor, 1), integers(factor, 2)]).toEqual([['factor'], [3], [1]]);
    expect(new Float32Array(bytesOf(factor, 9))).toEqual(Float32Array.of(1, 2, 3));
    expect(new BigInt64Array(bytesOf(end, 9))).toEqual(BigInt64Array.of(-(2n ** 40n)));

    const [input] = messages(graph, 11);
    const [tensor] = messages(messages(input, 2)[0], 1);
    expect([texts(input, 1), integers(tensor, 1)]).toEqual([['x'], [1]]);
    const axes = messages(messages(tensor, 2)[0], 1);
    expect(axes.map(axis => [texts(axis, 2), integers(axis, 1)])).toEqual([
      [['rows'], []],
      [[], [3]],
    ]);
  });

  it('is understood by ONNX Runtime, for any number of rows', async () => {
    const session = await ort.InferenceSession.create(encodeOnnx(model));
    for (const rows of [1, 2]) {
      const x = Float32Array.of(1, 2, 3, 10, 20, 30).subarray(0, 3 * rows);
      const { y } = await session.run({ x: new ort.Tensor('float32', x, [rows, 3]) });
      expect(y.dims).toEqual([3, rows]);
      expect(y.data).toEqual(rows === 1 ? Int32Array.of(9, 4, 1) : Int32Array.of(9, 90, 4, 40, 1, 10));
    }
  });

  it('writes numbers and messages of every size', () => {
    const shapes = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 40];
    const name = 'n'.repeat(70_000);
    const graph = graphOf(
      encodeOnnx({ name, nodes: [], initializers: [], inputs: [{ name: 'x', shape: shapes, type: 'bool' }], outputs: [] }),
    );
    expect(texts(graph, 2)).toEqual([name]);
    const [tensor] = messages(messages(messages(graph, 11)[0], 2)[0], 1);
    expect(messages(messages(tensor, 2)[0], 1).flatMap(axis => integers(axis, 1))).toEqual(shapes);
  });

  it('writes negative integers and texts of attributes', () => {
    const node = { operator: 'Pad', inputs: [], outputs: [], attributes: { axis: -1, mode: 'reflect', pads: [-2, 3] } };
    const graph = graphOf(encodeOnnx({ name: '', nodes: [node], initializers: [], inputs: [], outputs: [] }));
    const attributes = messages(messages(graph, 1)[0], 5).map(a => [
      ...texts(a, 1),
      integers(a, 3),
      texts(a, 4),
      integers(a, 8),
      integers(a, 20),
    ]);
    expect(attributes).toEqual([
      ['axis', [-1], [], [], [2]],
      ['mode', [], ['reflect'], [], [3]],
      ['pads', [], [], [-2, 3], [7]],
    ]);
  });
});
