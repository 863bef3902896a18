import * as tf from '@tensorflow/tfjs';
import { type MaybePromise, message, type NumericArray, ProgramError } from '@zpin/contracts';
import type { Engine, Executable, InputSpec, InputType, ProgramSource, Results, StateVector } from '../engine.ts';
import type { GraphBuilder } from '../recording/builder.ts';
import { reachable, sizeOf, type Value } from '../recording/graph.ts';
import { record, type TensorSpec } from '../recording/recorder.ts';
import { elementwiseTail, type Tail } from './elementwise-tail.ts';
import { lowerToOnnx } from './onnx-lowering.ts';
import { encodeOnnx } from './onnx-protobuf.ts';
import { type OnnxRuntime, type OnnxSession, type OnnxValue, type OnnxValues, onnxValue } from './onnx-runtime.ts';
import { type Stretch, shareSlices } from './share-slices.ts';
import { type Block, WasmArena } from './wasm-arena.ts';
import { compileLoop, type Loop } from './wasm-loop.ts';

/**
 * Handing one tensor to ONNX Runtime costs about a microsecond, a slice inside the graph a tenth of that. Float inputs,
 * outputs and state vectors of up to this many numbers therefore travel together in one tensor.
 */
const PACKED_SIZE = 2048;

const PACK = 'packed';

/** Name of the scalars that the tail reads, among the outputs of the graph. */
const TAIL_SCALARS = 'tail/scalars';

/** Runs programs as ONNX graphs. @param runtime native in Node, WebAssembly in a tab */
export function onnxEngine(runtime: OnnxRuntime): Engine {
  const arena = new WasmArena();
  return {
    name: 'onnx',
    description: `onnx: ${runtime.description}`,
    allocate: values => new HostVector(arena, values),
    build: source => {
      const plan = new Plan(source);
      // ONNX Runtime refuses a graph without nodes; all work may lie in the tail, or there may be none.
      const session = plan.model ? runtime.createSession(plan.model) : NOTHING;
      return session instanceof Promise ? session.then(ready => plan.bind(ready, arena)) : plan.bind(session, arena);
    },
  };
}

const NOTHING: OnnxSession = { run: () => undefined, release: () => undefined };

/**
 * A state vector. ONNX Runtime must not write what it still reads: it reads one buffer and writes another, then they change places. The
 * loop of a program's tail writes in place.
 */
class HostVector implements StateVector {
  readonly size: number;
  readonly #arena: WasmArena;
  #current: Block;
  #spare: Block | null = null;
  /** Tensors over the buffers, by offset and stretch. */
  readonly #values = new Map<number, Map<string, OnnxValue>>();

  constructor(arena: WasmArena, values: Float32Array) {
    this.size = values.length;
    this.#arena = arena;
    this.#current = arena.allocate(values.length);
    this.write(values);
  }

  /** Byte offset in the arena. */
  get offset(): number {
    return this.#current.offset;
  }
  get current(): OnnxValue {
    return this.#value(this.#current, '', 0, this.size);
  }
  get spare(): OnnxValue {
    this.reserve();
    return this.#value(this.#spare as Block, '', 0, this.size);
  }
  /** Makes the second buffer. In a call it would come too late: memory that grows takes the arrays of all others. */
  reserve(): void {
    this.#spare ??= this.#arena.allocate(this.size);
  }
  /** Numbers `begin` to `end` in place. @param key the same for the same stretch */
  stretch(key: string, begin: number, end: number): OnnxValue {
    return this.#value(this.#current, key, begin, end);
  }
  swap(): void {
    if (this.#spare) [this.#current, this.#spare] = [this.#spare, this.#current];
  }
  read(): Float32Array {
    return this.#arena.view(this.#current).slice();
  }
  write(values: Float32Array): void {
    this.#arena.view(this.#current).set(values);
  }
  dispose(): void {
    this.#arena.free(this.#current);
    if (this.#spare) this.#arena.free(this.#spare);
    this.#spare = null;
  }

  #value(block: Block, key: string, begin: number, end: number): OnnxValue {
    let values = this.#values.get(block.offset);
    if (!values) {
      values = new Map();
      this.#values.set(block.offset, values);
    }
    let value = values.get(key);
    // An array without numbers is one that growing memory has taken its buffer from.
    if (!value || value.data.length === 0) {
      value = onnxValue('float32', this.#arena.view(block).subarray(begin, end), [end - begin]);
      values.set(key, value);
    }
    return value;
  }
}

/** Places of named parts in the packed tensor. */
interface Part {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly shape: readonly number[];
}

/** How names of a program map to tensors of its ONNX graph, and the graph itself. */
class Plan {
  /** `null` when no work is left for the graph. */
  readonly model: Uint8Array | null;
  readonly #source: ProgramSource;
  /** Of the graph, by name. */
  readonly #inputs: Readonly<Record<string, Value>>;
  readonly #outputs: Readonly<Record<string, Value>>;
  readonly #stretches: ReadonlyMap<string, Stretch>;
  readonly #tail: Tail | null;
  readonly #packedIn: readonly Part[];
  readonly #packedOut: readonly Part[];

  constructor(source: ProgramSource) {
    this.#source = source;
    const inputs = new Map<string, InputSpec>();
    for (const [name, vector] of Object.entries(source.state))
      inputs.set(`state/${name}`, { type: 'float32', shape: [vector.size] });
    for (const [name, spec] of Object.entries(source.inputs)) inputs.set(`input/${name}`, spec);
    const isSmall = (type: string, shape: readonly number[]) => type === 'float32' && sizeOf(shape) <= PACKED_SIZE;
    const packed = layOut(
      [...inputs].filter(([, spec]) => isSmall(spec.type, spec.shape)).map(([name, spec]) => ({ name, shape: spec.shape })),
    );
    const specs: Record<string, TensorSpec> = Object.fromEntries(
      [...inputs].filter(([, spec]) => !isSmall(spec.type, spec.shape)),
    );
    if (packed.length > 0) specs[PACK] = { type: 'float32', shape: [totalSize(packed)] };

    let packedOut: Part[] = [];
    const recording = record(source.name, specs, tensors => {
      const all: Record<string, tf.Tensor> = { ...tensors };
      for (const part of packed)
        all[part.name] = tf.reshape(tf.slice(tensors[PACK] as tf.Tensor1D, [part.offset], [part.size]), [...part.shape]);
      const pick = (prefix: string) =>
        Object.fromEntries(
          [...inputs.keys()].filter(name => name.startsWith(prefix)).map(name => [name.slice(prefix.length), all[name]]),
        );
      const result = source.run(pick('state/') as Record<string, tf.Tensor1D>, pick('input/') as Record<string, tf.Tensor>);
      const outputs = new Map<string, tf.Tensor>();
      for (const [name, tensor] of Object.entries(result.state)) outputs.set(`state/${name}`, tf.reshape(tensor, [-1]));
      for (const [name, tensor] of Object.entries(result.outputs)) outputs.set(`output/${name}`, tensor);
      for (const [name, tensor] of Object.entries(result.metrics)) outputs.set(`metric/${name}`, tf.cast(tensor, 'float32'));
      packedOut = layOut(
        [...outputs]
          .filter(([, tensor]) => isSmall(tensor.dtype, tensor.shape))
          .map(([name, tensor]) => ({ name, shape: tensor.shape })),
      );
      const results = Object.fromEntries([...outputs].filter(([, tensor]) => !isSmall(tensor.dtype, tensor.shape)));
      if (packedOut.length > 0) {
        results[PACK] = tf.concat1d(packedOut.map(part => tf.reshape(outputs.get(part.name) as tf.Tensor, [-1]) as tf.Tensor1D));
      }
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [`out/${name}`, tensor]));
    });
    this.#packedOut = packedOut;
    const { outputs, stretches } = shareSlices(recording.builder, recording.outputs, name => name.startsWith('state/'));
    this.#tail = elementwiseTail(outputs, name => name.startsWith('out/state/'));
    this.#outputs = this.#tail ? withoutTail(recording.builder, outputs, this.#tail) : outputs;
    this.#stretches = stretches;
    this.#inputs = inputsOf(this.#outputs);
    this.#packedIn = this.#inputs[PACK] ? packed : [];
    const isEmpty = Object.keys(this.#outputs).length === 0;
    this.model = isEmpty ? null : encodeOnnx(lowerToOnnx(source.name, this.#inputs, this.#outputs));
  }

  /** Allocates what a call needs and returns the function that makes calls. */
  bind(session: OnnxSession, arena: WasmArena): Executable {
    const { state } = this.#source;
    const vector = (name: string) => state[name] as HostVector;
    const stripped = (names: readonly string[], prefix: string) =>
      names.filter(name => name.startsWith(prefix)).map(name => name.slice(prefix.length));

    const feeds: OnnxValues = {};
    const fetches: OnnxValues = {};
    const direct = Object.keys(this.#inputs);
    const stateIn = stripped(direct, 'state/')
      .filter(name => !this.#stretches.has(`state/${name}`))
      .map(name => ({ key: `state/${name}`, vector: vector(name) }));
    const stretchesIn = [...this.#stretches]
      .filter(([key]) => direct.includes(key))
      .map(([key, { whole, begin, end }]) => ({ key, vector: vector(whole.slice(6)), begin, end }));
    const inputs = stripped(direct, 'input/').map(name => {
      const spec = this.#source.inputs[name] as InputSpec;
      return { key: `input/${name}`, name, value: onnxValue(spec.type, arrayOf(spec.type, 0), spec.shape) };
    });
    for (const input of inputs) feeds[input.key] = input.value;

    const packedIn = new Float32Array(totalSize(this.#packedIn));
    if (packedIn.length > 0) feeds[PACK] = onnxValue('float32', packedIn, [packedIn.length]);
    const isState = (part: Part) => part.name.startsWith('state/');
    const packedStateIn = this.#packedIn.filter(isState).map(part => ({ ...part, vector: vector(part.name.slice(6)) }));
    const packedInputs = this.#packedIn.filter(part => !isState(part)).map(part => ({ ...part, input: part.name.slice(6) }));

    const outputs: Record<string, NumericArray> = {};
    const stateOut: { key: string; vector: HostVector }[] = [];
    for (const [key, value] of Object.entries(this.#outputs)) {
      const name = key.slice(4);
      if (name === PACK || key.startsWith('tail/')) continue;
      if (name.startsWith('state/')) {
        stateOut.push({ key, vector: vector(name.slice(6)) });
      } else {
        const type = value.type as InputType;
        const data = arrayOf(type, sizeOf(value.shape));
        outputs[name.slice(7)] = data;
        fetches[key] = onnxValue(type, data, value.shape);
      }
    }
    for (const { vector: target } of stateOut) target.reserve();
    const packedOut = new Float32Array(totalSize(this.#packedOut));
    if (packedOut.length > 0) fetches[`out/${PACK}`] = onnxValue('float32', packedOut, [packedOut.length]);
    const view = (part: Part) => packedOut.subarray(part.offset, part.offset + part.size);
    const packedStateOut: { vector: HostVector; data: Float32Array }[] = [];
    const metrics: { name: string; offset: number }[] = [];
    for (const part of this.#packedOut) {
      if (part.name.startsWith('state/')) packedStateOut.push({ vector: vector(part.name.slice(6)), data: view(part) });
      else if (part.name.startsWith('metric/')) metrics.push({ name: part.name.slice(7), offset: part.offset });
      else outputs[part.name.slice(7)] = view(part);
    }

    const results: Results = {
      outputs,
      metrics: () => Object.fromEntries(metrics.map(({ name, offset }) => [name, packedOut[offset] as number])),
    };
    const tail = this.#tail ? new BoundTail(this.#tail, arena, vector, this.#outputs) : null;
    const finish = (): Results => {
      tail?.run();
      for (const { vector: target } of stateOut) target.swap();
      for (const { vector: target, data } of packedStateOut) target.write(data);
      return results;
    };

    return {
      metricNames: metrics.map(({ name }) => name),
      run: (given): MaybePromise<Results> => {
        for (const { key, vector: source } of stateIn) feeds[key] = source.current;
        for (const { key, vector: source, begin, end } of stretchesIn) feeds[key] = source.stretch(key, begin, end);
        tail?.receive(fetches);
        for (const { name, value } of inputs) value.data = given[name] as NumericArray;
        for (const { offset, vector: source } of packedStateIn) packedIn.set(source.current.data as Float32Array, offset);
        for (const { offset, input } of packedInputs) packedIn.set(given[input] as Float32Array, offset);
        for (const { key, vector: target } of stateOut) fetches[key] = target.spare;
        const running = session.run(feeds, fetches);
        return running instanceof Promise ? running.then(finish) : finish();
      },
      dispose: () => {
        session.release();
        tail?.dispose();
      },
    };
  }
}

/** The outputs that the graph has to compute: those that the tail does not, and what the tail reads. */
function withoutTail(builder: GraphBuilder, outputs: Readonly<Record<string, Value>>, tail: Tail): Record<string, Value> {
  const own = new Set(tail.results.map(({ name }) => name));
  const rest = Object.fromEntries(Object.entries(outputs).filter(([name]) => !own.has(name)));
  for (const [k, value] of tail.arrays.entries())
    if (!isStateVector(value)) rest[`tail/${k}`] = builder.reshape(value, [tail.size]);
  const computed = tail.scalars.filter(isComputed);
  if (computed.length > 0)
    rest[TAIL_SCALARS] = builder.concat(
      computed.map(value => builder.reshape(value, [1])),
      0,
    );
  return rest;
}

/** Whether the tail finds the array in the store, as it is. */
function isStateVector({ source }: Value): boolean {
  return source.kind === 'input' && source.name.startsWith('state/') && !source.name.includes('@');
}

const isComputed = ({ source }: Value): boolean => source.kind !== 'splat';

/** The tail of a program with everything that its loop reads and writes. */
class BoundTail {
  readonly #tail: Tail;
  readonly #loop: Loop;
  readonly #arrays: readonly HostVector[];
  readonly #results: readonly HostVector[];
  /** What the graph computes for the loop, by the name of the output. */
  readonly #received: readonly { readonly key: string; readonly vector: HostVector }[];
  readonly #scalars: HostVector;
  /** Scalars that the graph computes; constants follow. */
  readonly #computed: number;

  constructor(tail: Tail, arena: WasmArena, vector: (name: string) => HostVector, outputs: Readonly<Record<string, Value>>) {
    this.#tail = tail;
    // Computed scalars come first, so that the graph writes them in one piece.
    const order = [...tail.scalars.filter(isComputed), ...tail.scalars.filter(value => !isComputed(value))];
    this.#computed = tail.scalars.filter(isComputed).length;
    const constants = order.map(({ source }) => (source.kind === 'splat' ? source.value : 0));
    this.#scalars = new HostVector(arena, Float32Array.from(constants));
    const count = tail.arrays.length;
    const renumber = (index: number) => {
      const scalar = tail.scalars[index - count];
      return index >= count && scalar ? count + order.indexOf(scalar) : index;
    };
    const steps = tail.steps.map(({ operator, operands }) => ({ operator, operands: operands.map(renumber) }));
    const results = tail.results.map(({ index }) => renumber(index));
    this.#loop = compileLoop(arena.memory, { arrays: count, scalars: order.length, steps, results });
    this.#received = tail.arrays.flatMap((_, k) =>
      outputs[`tail/${k}`] ? [{ key: `tail/${k}`, vector: new HostVector(arena, new Float32Array(tail.size)) }] : [],
    );
    this.#arrays = tail.arrays.map((value, k) => {
      const received = this.#received.find(({ key }) => key === `tail/${k}`);
      return received?.vector ?? vector(value.source.kind === 'input' ? value.source.name.slice(6) : '');
    });
    this.#results = tail.results.map(({ name }) => vector(name.slice('out/state/'.length)));
  }

  /** Says where the graph is to write what the loop reads. */
  receive(fetches: OnnxValues): void {
    for (const { key, vector } of this.#received) fetches[key] = vector.current;
    if (this.#computed > 0) fetches[TAIL_SCALARS] = this.#scalars.stretch(TAIL_SCALARS, 0, this.#computed);
  }

  run(): void {
    const bytes = Math.ceil(this.#tail.size / 4) * 16;
    this.#loop(
      bytes,
      this.#scalars.offset,
      this.#arrays.map(vector => vector.offset),
      this.#results.map(vector => vector.offset),
    );
  }

  dispose(): void {
    this.#scalars.dispose();
    for (const { vector } of this.#received) vector.dispose();
  }
}

/** The inputs that a graph reads, by name. */
function inputsOf(outputs: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    reachable(Object.values(outputs)).flatMap(value =>
      value.source.kind === 'input' ? [[value.source.name, value] as const] : [],
    ),
  );
}

function layOut(parts: readonly { name: string; shape: readonly number[] }[]): Part[] {
  let offset = 0;
  return parts.map(({ name, shape }) => {
    const part = { name, shape, size: sizeOf(shape), offset };
    offset += part.size;
    return part;
  });
}

function totalSize(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}

function arrayOf(type: InputType, size: number): NumericArray {
  if (type === 'float32') return new Float32Array(size);
  if (type === 'int32') return new Int32Array(size);
  if (type === 'bool' || type === 'uint8') return new Uint8Array(size);
  throw new ProgramError(message('program', 'outputs must be float32, int32 or bool', type, 'Cast them'));
}
