import * as tf from '@tensorflow/tfjs-core';
import type { Executable, InputType, ProgramSource } from '../engine.ts';
import { type ElementArray, sizeOf, type Value } from '../recording/graph.ts';
import { record, type TensorSpec } from '../recording/recorder.ts';
import { compile } from './compile.ts';
import { Lowering } from './lower.ts';
import { OVERRUN, planMemory, type StateResult } from './memory-plan.ts';
import { bytesPerNumber, type Leaf, type Node, type Operand } from './node.ts';
import { schedule } from './schedule.ts';
import { expandSoftmax } from './softmax.ts';
import type { Block, WasmArena } from './wasm-arena.ts';
import { type Place, WasmProgram } from './wasm-program.ts';
import type { FixedVector } from './wasm-vector.ts';

const STATE = 'state/';
const INPUT = 'input/';

/** What a program gives back under a name, and from where. */
interface Result {
  readonly kind: 'state' | 'output' | 'metric';
  readonly name: string;
  readonly operand: Operand;
}

/** A recorded program as nodes. */
export interface LoweredProgram {
  readonly source: ProgramSource;
  /** What it returns, as it was recorded. */
  readonly values: readonly Value[];
  readonly nodes: readonly Node[];
  readonly results: readonly Result[];
}

/** Records a program and compiles it. @throws ArenaError when its arrays do not fit into memory */
export function buildProgram(arena: WasmArena, source: ProgramSource): Executable {
  return compileProgram(arena, lowerProgram(source));
}

/** Records a program. */
export function lowerProgram(source: ProgramSource): LoweredProgram {
  const lowering = new Lowering(leafOf);
  const { values, results } = lowerResults(lowering, source);
  return { source, values, results, nodes: lowering.nodes };
}

/** Compiles a recorded program. @throws ArenaError when its arrays do not fit into memory */
export function compileProgram(arena: WasmArena, lowered: LoweredProgram): Executable {
  const blocks: Block[] = [];
  const free = () => {
    for (const block of blocks.splice(0)) arena.free(block);
  };
  try {
    return bind(arena, lowered, blocks, free);
  } catch (error) {
    free();
    throw error;
  }
}

function bind(arena: WasmArena, lowered: LoweredProgram, blocks: Block[], free: () => void): Executable {
  const { source, nodes, results } = lowered;
  const state: StateResult[] = results
    .filter(({ kind }) => kind === 'state')
    .map(({ name, operand }) => ({ vector: name, operand }));
  const kept = results.filter(({ kind }) => kind !== 'state').map(({ operand }) => operand);
  const order = schedule(nodes);
  const plan = planMemory(order, kept, state);

  const take = (bytes: number): Block => {
    const block = arena.allocate(Math.ceil((bytes + OVERRUN) / 4));
    blocks.push(block);
    return block;
  };
  const own = take(plan.bytes);
  const leaves = new Map<Node, number>();
  const given: { name: string; block: Block }[] = [];
  const constants: { block: Block; node: Node; data: ElementArray }[] = [];
  const vector = (name: string) => (source.state[name] as FixedVector).fix();
  for (const node of nodes) {
    const { leaf } = node;
    if (!leaf || leaf.kind === 'splat') continue;
    if (leaf.kind === 'state') {
      leaves.set(node, vector(leaf.vector));
      continue;
    }
    const block = take(bytesPerNumber(node) * sizeOf(node.shape));
    leaves.set(node, block.offset);
    if (leaf.kind === 'given') given.push({ name: leaf.name, block });
    else constants.push({ block, node, data: leaf.data });
  }
  const addresses = { own: own.offset, vector, leaf: (node: Node) => leaves.get(node) as number };
  for (const { block, node, data } of constants) store(arena, block, node, data);
  const bytes = compile(order, plan, state, addresses);
  const module = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: arena.memory } });
  const places = results.flatMap(({ kind, name, operand: { node, view } }): Place[] => {
    if (kind === 'state') return [];
    const offset = plan.offsets.get(node);
    const inPlace = plan.inPlace.get(node);
    const start = inPlace !== undefined ? vector(inPlace) : offset !== undefined ? own.offset + offset : leaves.get(node);
    const address = (start as number) + 4 * view.offset;
    return [{ kind, name, type: node.type as InputType, address, size: sizeOf(view.shape) }];
  });
  return new WasmProgram(arena, source, module.exports.run as () => void, given, places, free);
}

function leafOf(name: string): Leaf {
  if (name.startsWith(STATE)) return { kind: 'state', vector: name.slice(STATE.length) };
  return { kind: 'given', name: name.slice(INPUT.length) };
}

/** Records the program and lowers what it returns; every result lies row by row in memory of its own, or of a state vector. */
function lowerResults(
  lowering: Lowering,
  source: ProgramSource,
): { readonly values: readonly Value[]; readonly results: readonly Result[] } {
  const specs: Record<string, TensorSpec> = {};
  for (const [name, { size }] of Object.entries(source.state)) specs[STATE + name] = { type: 'float32', shape: [size] };
  for (const [name, spec] of Object.entries(source.inputs)) specs[INPUT + name] = spec;
  const ports: { kind: Result['kind']; name: string }[] = [];
  const { outputs, builder } = record(source.name, specs, tensors => {
    const pick = (prefix: string, names: readonly string[]) =>
      Object.fromEntries(names.map(name => [name, tensors[prefix + name] as tf.Tensor]));
    const result = source.run(
      pick(STATE, Object.keys(source.state)) as Record<string, tf.Tensor1D>,
      pick(INPUT, Object.keys(source.inputs)),
    );
    const returned: Record<string, tf.Tensor> = {};
    const put = (kind: Result['kind'], name: string, tensor: tf.Tensor) => {
      returned[ports.length] = tensor;
      ports.push({ kind, name });
    };
    for (const [name, tensor] of Object.entries(result.state)) put('state', name, tf.reshape(tensor, [-1]));
    for (const [name, tensor] of Object.entries(result.outputs)) put('output', name, tensor);
    for (const [name, tensor] of Object.entries(result.metrics)) put('metric', name, tf.cast(tensor, 'float32'));
    return returned;
  });
  const values = ports.map((_, k) => outputs[k] as Value);
  const operands = lowering.take(expandSoftmax(builder, values));
  const results = ports.map(({ kind, name }, k) => {
    const operand = operands[k] as Operand;
    // The numbers of a vector before the call are gone after it.
    const isOld = operand.node.leaf?.kind === 'state';
    return { kind, name, operand: isOld ? lowering.copy(operand) : lowering.rowByRow(operand) };
  });
  return { values, results };
}

/** Writes a constant as modules hold it: truth values as 32 ones or zeros. */
function store(arena: WasmArena, { offset }: Block, node: Node, data: ElementArray): void {
  if (node.type === 'float32') new Float32Array(arena.memory.buffer, offset, data.length).set(data as Float32Array);
  else {
    const target = new Int32Array(arena.memory.buffer, offset, data.length);
    for (const [k, value] of data.entries())
      target[k] = node.type === 'bool' ? -Number(value !== 0 && value !== 0n) : Number(value);
  }
}
