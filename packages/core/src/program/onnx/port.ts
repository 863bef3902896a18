import type { InputType } from '../engine.ts';

/** A state vector. */
export type StatePort = { readonly kind: 'state'; readonly vector: string };

/** Numbers `begin` to `end` of a state vector. */
export type StretchPort = { readonly kind: 'stretch'; readonly vector: string; readonly begin: number; readonly end: number };

/** An array that the caller gives. */
export type GivenPort = { readonly kind: 'given'; readonly name: string };

/** A number that is computed beside the graph, or needed there, by its place; `rank` axes of length 1 in the graph. */
export type ScalarPort = { readonly kind: 'scalar'; readonly place: number; readonly rank: number };

/** What one stage of a program computes for a later one, by a number of its own. */
export type CarriedPort = { readonly kind: 'carried'; readonly id: number; readonly type: InputType };

/** Small tensors in one. */
export type PackedPort = { readonly kind: 'packed' };

/** A tensor that goes into a compiled graph. */
export type InputPort = StatePort | StretchPort | GivenPort | CarriedPort | ScalarPort | PackedPort;

/** An output or metric of the program. */
export type ResultPort = { readonly kind: 'output' | 'metric'; readonly name: string };

/** New numbers of a state vector, which the graph has written. */
export type FreshPort = { readonly kind: 'fresh'; readonly vector: string };

/** An array that the loop of a tail reads: of the tail over arrays of `size`. */
export type TailArrayPort = { readonly kind: 'tailArray'; readonly size: number; readonly index: number };

/** A number that the loop of a tail reads. */
export type TailScalarPort = { readonly kind: 'tailScalar'; readonly size: number; readonly index: number };

/** What comes out of a compiled graph, or of the numbers beside it; `state` holds the new numbers of a vector. */
export type OutputPort = StatePort | ResultPort | CarriedPort | ScalarPort | PackedPort | TailArrayPort | TailScalarPort;

export const PACKED: PackedPort = { kind: 'packed' };

/** The port's name among the inputs of the ONNX graph; different for different ports, whatever vectors and inputs are called. */
export function inputKey(port: InputPort): string {
  switch (port.kind) {
    case 'state':
      return `state/${port.vector}`;
    case 'stretch':
      return `stretch/${port.begin}:${port.end}/${port.vector}`;
    case 'given':
      return `input/${port.name}`;
    case 'carried':
      return `carried/${port.id}`;
    case 'scalar':
      return `scalar/${port.place}/${port.rank}`;
    case 'packed':
      return 'packed';
  }
}

/** The port's name among the outputs of the ONNX graph, which share one space of names with its inputs. */
export function outputKey(port: OutputPort): string {
  switch (port.kind) {
    case 'state':
      return `out/state/${port.vector}`;
    case 'output':
    case 'metric':
      return `out/${port.kind}/${port.name}`;
    case 'carried':
      return `out/carried/${port.id}`;
    case 'scalar':
      return `out/scalar/${port.place}/${port.rank}`;
    case 'packed':
      return 'out/packed';
    case 'tailArray':
      return `tail/${port.size}/${port.index}`;
    case 'tailScalar':
      return `tail/scalar/${port.size}/${port.index}`;
  }
}
