import * as tf from '@tensorflow/tfjs';
import type { MaybePromise } from '../spec/agent.ts';
import type { NumericArray } from '../spec/env.ts';
import { message, ProgramError } from '../spec/errors.ts';
import type { Engine, Executable, InputSpec, InputType, ProgramSource, Results, StateVector } from './engine.ts';
import { reachable, sizeOf, type Value } from './graph.ts';
import { lowerToOnnx } from './onnx-lowering.ts';
import { encodeOnnx } from './onnx-protobuf.ts';
import { type OnnxRuntime, type OnnxSession, type OnnxValue, type OnnxValues, onnxValue } from './onnx-runtime.ts';
import { record, type TensorSpec } from './recorder.ts';
import { shareSlices, type Stretch } from './share-slices.ts';

/**
 * Handing one tensor to ONNX Runtime costs about a microsecond, a slice inside the graph a tenth of that. Float inputs,
 * outputs and state vectors of up to this many numbers therefore travel together in one tensor.
 */
const PACKED_SIZE = 2048;

const PACK = 'packed';

/** Runs programs as ONNX graphs. @param runtime native in Node, WebAssembly in a tab */
export function onnxEngine(runtime: OnnxRuntime): Engine {
  return {
    name: 'onnx',
    description: `onnx: ${runtime.description}`,
    allocate: values => new HostVector(values),
    build: source => {
      const plan = new Plan(source);
      if (plan.isEmpty) return IDLE;
      const session = runtime.createSession(plan.model);
      return session instanceof Promise ? session.then(ready => plan.bind(ready)) : plan.bind(session);
    },
  };
}

/** A program without results; ONNX Runtime refuses a graph without nodes. */
const IDLE: Executable = { metricNames: [], run: () => ({ outputs: {}, metrics: () => ({}) }), dispose: () => {} };

/** A state vector in two buffers: a program reads one and writes the other, then they change places. */
class HostVector implements StateVector {
  readonly size: number;
  #current: OnnxValue & { data: Float32Array };
  #spare: OnnxValue & { data: Float32Array };
  readonly #views = new Map<Float32Array, Map<string, OnnxValue>>();

  constructor(values: Float32Array) {
    this.size = values.length;
    this.#current = onnxValue('float32', Float32Array.from(values), [values.length]);
    this.#spare = onnxValue('float32', new Float32Array(values.length), [values.length]);
  }

  get current(): OnnxValue & { data: Float32Array } {
    return this.#current;
  }
  get spare(): OnnxValue & { data: Float32Array } {
    return this.#spare;
  }
  /** Numbers `begin` to `end` in place. @param key the same for the same stretch */
  view(key: string, begin: number, end: number): OnnxValue {
    const views = this.#views.get(this.#current.data) ?? new Map<string, OnnxValue>();
    this.#views.set(this.#current.data, views);
    const known = views.get(key);
    if (known) return known;
    const view = onnxValue('float32', this.#current.data.subarray(begin, end), [end - begin]);
    views.set(key, view);
    return view;
  }
  swap(): void {
    [this.#current, this.#spare] = [this.#spare, this.#current];
  }
  read(): Float32Array {
    return this.#current.data.slice();
  }
  write(values: Float32Array): void {
    this.#current.data.set(values);
  }
  dispose(): void {}
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
  readonly model: Uint8Array;
  readonly #source: ProgramSource;
  /** Of the graph, by name. */
  readonly #inputs: Readonly<Record<string, Value>>;
  readonly #outputs: Readonly<Record<string, Value>>;
  readonly #stretches: ReadonlyMap<string, Stretch>;
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
    const { outputs, stretches } = shareSlices(recording.builder, recording.outputs, (name) => name.startsWith('state/'));
    this.#outputs = outputs;
    this.#stretches = stretches;
    this.#inputs = inputsOf(outputs);
    this.#packedIn = this.#inputs[PACK] ? packed : [];
    this.model = encodeOnnx(lowerToOnnx(source.name, this.#inputs, outputs));
  }

  get isEmpty(): boolean {
    return Object.keys(this.#outputs).length === 0;
  }

  /** Allocates what a call needs and returns the function that makes calls. */
  bind(session: OnnxSession): Executable {
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
    const stretchesIn = [...this.#stretches].map(([key, { whole, begin, end }]) => ({ key, vector: vector(whole.slice(6)), begin, end }));
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
      if (name === PACK) continue;
      if (name.startsWith('state/')) stateOut.push({ key, vector: vector(name.slice(6)) });
      else {
        const type = value.type as InputType;
        const data = arrayOf(type, sizeOf(value.shape));
        outputs[name.slice(7)] = data;
        fetches[key] = onnxValue(type, data, value.shape);
      }
    }
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
    const finish = (): Results => {
      for (const { vector: target } of stateOut) target.swap();
      for (const { vector: target, data } of packedStateOut) target.write(data);
      return results;
    };

    return {
      metricNames: metrics.map(({ name }) => name),
      run: (given): MaybePromise<Results> => {
        for (const { key, vector: source } of stateIn) feeds[key] = source.current;
        for (const { key, vector: source, begin, end } of stretchesIn) feeds[key] = source.view(key, begin, end);
        for (const { name, value } of inputs) value.data = given[name] as NumericArray;
        for (const { offset, vector: source } of packedStateIn) packedIn.set(source.current.data, offset);
        for (const { offset, input } of packedInputs) packedIn.set(given[input] as Float32Array, offset);
        for (const { key, vector: target } of stateOut) fetches[key] = target.spare;
        const running = session.run(feeds, fetches);
        return running instanceof Promise ? running.then(finish) : finish();
      },
      dispose: () => session.release(),
    };
  }
}

/** The inputs that a graph reads, by name. */
function inputsOf(outputs: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    reachable(Object.values(outputs)).flatMap(value => (value.source.kind === 'input' ? [[value.source.name, value] as const] : [])),
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
