import type { Attribute, ElementArray, ElementType } from '../recording/graph.ts';

/** ONNX's numbers for element types (TensorProto.DataType). */
const DATA_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 };

/** Operators whose numbers are floats; those of the others are integers. */
const FLOAT_ATTRIBUTES = new Set(['HardSigmoid']);

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  /** Sizes of the axes; a name stands for a size that each call gives (inputs and outputs only). */
  readonly shape: readonly (number | string)[];
  readonly type: ElementType;
}

export interface OnnxConstant extends OnnxTensor {
  readonly shape: readonly number[];
  readonly data: ElementArray;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxConstant[];
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
  /** Free key-value pairs, stored with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Growing buffer of protocol-buffer fields. Only what ONNX needs: varints, 32-bit floats, strings, nested messages. */
class Message {
  #bytes = new Uint8Array(256);
  #length = 0;

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  varint(field: number, value: number | bigint): this {
    this.#tag(field, 0);
    this.#varint(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  float(field: number, value: number): this {
    this.#tag(field, 5);
    this.#append(new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  message(field: number, build: (message: Message) => void): this {
    const inner = new Message();
    build(inner);
    return this.bytes(field, inner.finish());
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, 2);
    this.#varint(BigInt(value.length));
    this.#append(value);
    return this;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(BigInt((field << 3) | wireType));
  }

  #varint(value: bigint): void {
    let rest = value;
    const encoded: number[] = [];
    do {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      encoded.push(rest > 0n ? low | 0x80 : low);
    } while (rest > 0n);
    this.#append(Uint8Array.from(encoded));
  }

  #append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.finish());
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }
}

/** Writes a model in ONNX's file format (IR version 8, operator set 18). Field numbers are those of `onnx.proto`. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const message = new Message()
    .varint(1, 8)
    .string(2, 'zpin')
    .message(7, graph => {
      for (const node of model.nodes) graph.message(1, m => encodeNode(m, node));
      graph.string(2, model.name);
      for (const tensor of model.initializers) graph.message(5, m => encodeTensor(m, tensor));
      for (const tensor of model.inputs) graph.message(11, m => encodeValueInfo(m, tensor));
      for (const tensor of model.outputs) graph.message(12, m => encodeValueInfo(m, tensor));
    })
    .message(8, opset => opset.string(1, '').varint(2, 18));
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    message.message(14, entry => entry.string(1, key).string(2, value));
  return message.finish();
}

function encodeNode(m: Message, node: OnnxNode): void {
  for (const input of node.inputs) m.string(1, input);
  for (const output of node.outputs) m.string(2, output);
  m.string(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) m.message(5, a => encodeAttribute(a, node.operator, name, value));
}

function encodeAttribute(m: Message, operator: string, name: string, value: Attribute): void {
  m.string(1, name);
  if (operator === 'Cast' && name === 'to') m.varint(3, DATA_TYPE[value as ElementType]).varint(20, 2);
  else if (typeof value === 'string') m.string(4, value).varint(20, 3);
  else if (typeof value === 'number' && FLOAT_ATTRIBUTES.has(operator)) m.float(2, value).varint(20, 1);
  else if (typeof value === 'number') m.varint(3, value).varint(20, 2);
  else {
    for (const item of value) m.varint(8, item);
    m.varint(20, 7);
  }
}

function encodeTensor(m: Message, tensor: OnnxConstant): void {
  for (const dimension of tensor.shape) m.varint(1, dimension);
  m.varint(2, DATA_TYPE[tensor.type]).string(8, tensor.name);
  m.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

function encodeValueInfo(m: Message, tensor: OnnxTensor): void {
  m.string(1, tensor.name).message(2, type =>
    type.message(1, t => {
      t.varint(1, DATA_TYPE[tensor.type]).message(2, shape => {
        for (const dimension of tensor.shape) {
          shape.message(1, d => (typeof dimension === 'number' ? d.varint(1, dimension) : d.string(2, dimension)));
        }
      });
    }),
  );
}
