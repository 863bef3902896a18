import { type ProtoWriter, proto } from './proto-writer.ts';

/*
 * Messages of event files, by the numbers that their fields have in TensorFlow's event.proto, summary.proto and tensor.proto, and
 * in TensorBoard's plugins/hparams/plugin_data.proto.
 */

/** What an event says beside its time. */
export interface EventHead {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Step of the run. */
  readonly step: number;
}

/** Kinds of tensors. */
const FLOAT = 1;
const STRING = 7;
/** Class of data that TensorBoard keeps as tensors. */
const TENSORS = 2;
const RGB = 3;

/** The event with which each file begins. */
export function versionEvent({ wallTime }: EventHead): Uint8Array {
  return proto().double(1, wallTime).text(3, 'brain.Event:2').finish();
}

/**
 * Encodes numbers by their tags. It keeps its room, and of each tag that it has met the bytes before its number: a run writes thousands
 * of events with the same tags.
 */
export class ScalarsEncoder {
  readonly #summary = proto();
  readonly #event = proto();
  readonly #openings = new Map<string, Uint8Array>();
  #isEmpty = true;

  /** Adds the finite ones of some numbers to the event in the making. */
  add(scalars: Readonly<Record<string, number>>, prefix = ''): this {
    for (const name in scalars) {
      const value = scalars[name] as number;
      if (!Number.isFinite(value)) continue;
      this.#summary.encoded(this.#opening(prefix + name)).float32(value);
      this.#isEmpty = false;
    }
    return this;
  }

  /** The event, as a view that is valid until the next one; null where it would tell nothing. The next one begins. */
  finish({ wallTime, step }: EventHead): Uint8Array | null {
    const event = this.#isEmpty
      ? null
      : this.#event.clear().double(1, wallTime).varint(2, step).message(5, this.#summary).finish();
    this.#summary.clear();
    this.#isEmpty = true;
    return event;
  }

  #opening(tag: string): Uint8Array {
    const known = this.#openings.get(tag);
    if (known) return known;
    const opening = proto().message(1, proto().text(1, tag).float(2, 0)).finish().slice(0, -4);
    this.#openings.set(tag, opening);
    return opening;
  }
}

/** A text, which TensorBoard shows as Markdown. */
export function textEvent(head: EventHead, tag: string, text: string): Uint8Array {
  const shape = proto().message(2, proto().varint(1, 1));
  const tensor = proto().varint(1, STRING).message(2, shape).text(8, text);
  return summaryEvent(head, proto().message(1, pluginValue(tag, 'text', proto()).message(8, tensor)));
}

/** A picture as a PNG or GIF file. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly file: Uint8Array;
}

export function pictureEvent(head: EventHead, tag: string, { width, height, file }: Picture): Uint8Array {
  const image = proto().varint(1, height).varint(2, width).varint(3, RGB).bytes(4, file);
  return summaryEvent(head, proto().message(1, proto().text(1, tag).message(4, image)));
}

export type HyperparameterValue = number | boolean | string;

export interface Hyperparameters {
  readonly values: Readonly<Record<string, HyperparameterValue>>;
  /** Tags of scalars that runs are compared by. */
  readonly metrics: readonly string[];
  /** Name of the run. */
  readonly group: string;
}

/** Tags of what the HParams plugin reads. */
const EXPERIMENT = '_hparams_/experiment';
const SESSION_START = '_hparams_/session_start_info';
export const SESSION_END = '_hparams_/session_end_info';

/** The settings of a run, for the HParams plugin: what there is to compare, and what this run was told. */
export function hyperparametersEvents(head: EventHead, { values, metrics, group }: Hyperparameters): Uint8Array[] {
  const experiment = proto().double(3, head.wallTime);
  for (const [name, value] of Object.entries(values)) {
    experiment.message(4, proto().text(1, name).varint(4, { string: 1, boolean: 2, number: 3 }[kindOf(value)]));
  }
  for (const tag of metrics) experiment.message(5, proto().message(1, proto().text(2, tag)));
  const start = proto();
  for (const [name, value] of Object.entries(values)) start.message(1, proto().text(1, name).message(2, jsonValue(value)));
  start.text(4, group).double(5, head.wallTime);
  return [
    summaryEvent(head, proto().message(1, hyperparameterValue(EXPERIMENT, proto().message(2, experiment)))),
    summaryEvent(head, proto().message(1, hyperparameterValue(SESSION_START, proto().message(3, start)))),
  ];
}

/** How a run ended, for the HParams plugin. */
export function sessionEndEvent(head: EventHead, hasFailed: boolean): Uint8Array {
  const end = proto()
    .varint(1, hasFailed ? 2 : 1)
    .double(2, head.wallTime);
  return summaryEvent(head, proto().message(1, hyperparameterValue(SESSION_END, proto().message(4, end))));
}

function summaryEvent({ wallTime, step }: EventHead, summary: ProtoWriter): Uint8Array {
  return proto().double(1, wallTime).varint(2, step).message(5, summary).finish();
}

/** A value that belongs to a plugin. */
function pluginValue(tag: string, plugin: string, content: ProtoWriter): ProtoWriter {
  const data = proto().text(1, plugin).message(2, content);
  return proto().text(1, tag).message(9, proto().message(1, data).varint(4, TENSORS));
}

/** What the HParams plugin reads stands with its name; the tensor that every value must have is empty of meaning. */
function hyperparameterValue(tag: string, content: ProtoWriter): ProtoWriter {
  return pluginValue(tag, 'hparams', content).message(8, proto().varint(1, FLOAT).message(2, proto()).float(5, 0));
}

/** A google.protobuf.Value. */
function jsonValue(value: HyperparameterValue): ProtoWriter {
  switch (typeof value) {
    case 'number':
      return proto().double(2, value);
    case 'boolean':
      return proto().varint(4, Number(value));
    default:
      return proto().text(3, value);
  }
}

function kindOf(value: HyperparameterValue): 'string' | 'boolean' | 'number' {
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'string';
}

/** The step of an encoded event: 0 where it says none. */
export function stepOf(event: Uint8Array): number {
  for (let at = 0; at < event.length; ) {
    const key = varintAt(event, at);
    const field = Math.floor(key.value / 8);
    const wireType = key.value % 8;
    const value = varintAt(event, key.end);
    if (field === 2 && wireType === 0) return value.value;
    at = wireType === 0 ? value.end : wireType === 1 ? key.end + 8 : wireType === 5 ? key.end + 4 : value.end + value.value;
  }
  return 0;
}

function varintAt(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length; at++, factor *= 128) {
    value += (bytes[at] % 128) * factor;
    if (bytes[at] < 128) return { value, end: at + 1 };
  }
  return { value, end: bytes.length };
}
