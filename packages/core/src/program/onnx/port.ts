/** A state vector. */
export type StatePort = { readonly kind: 'state'; readonly vector: string };

/** Numbers `begin` to `end` of a state vector. */
export type StretchPort = { readonly kind: 'stretch'; readonly vector: string; readonly begin: number; readonly end: number };

/** An array that the caller gives. */
export type GivenPort = { readonly kind: 'given'; readonly name: string };

/** Small tensors in one. */
export type PackedPort = { readonly kind: 'packed' };

/** A tensor that goes into a compiled graph. */
export type InputPort = StatePort | StretchPort | GivenPort | PackedPort;

/** An output or metric of the program. */
export type ResultPort = { readonly kind: 'output' | 'metric'; readonly name: string };

/** An array that the loop of a tail reads. */
export type TailArrayPort = { readonly kind: 'tailArray'; readonly index: number };

/** The numbers that the loop of a tail reads, in one tensor. */
export type TailScalarsPort = { readonly kind: 'tailScalars' };

/** A tensor that comes out of a compiled graph; `state` holds the new numbers of a vector. */
export type OutputPort = StatePort | ResultPort | PackedPort | TailArrayPort | TailScalarsPort;

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
    case 'packed':
      return 'out/packed';
    case 'tailArray':
      return `tail/${port.index}`;
    case 'tailScalars':
      return 'tail/scalars';
  }
}
