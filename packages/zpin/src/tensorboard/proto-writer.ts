import { GrowingBytes } from './growing-bytes.ts';

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

const utf8 = new TextEncoder();

/**
 * Writes a message of Protocol Buffers, field by field. Only what event files need: their messages have been the same for ten years,
 * so that a compiler of schemas and its library would weigh more than these few rules of encoding.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtoWriter {
  readonly #room = new GrowingBytes(128);

  /** A whole number >= 0, or a truth value. */
  varint(field: number, value: number): this {
    this.#key(field, VARINT);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, FIXED_64);
    this.#room.reserve(8);
    this.#room.view.setFloat64(this.#room.length, value, true);
    this.#room.length += 8;
    return this;
  }

  float(field: number, value: number): this {
    this.#key(field, FIXED_32);
    return this.float32(value);
  }

  /** Fields that were encoded before. */
  encoded(fields: Uint8Array): this {
    this.#room.reserve(fields.length);
    this.#room.bytes.set(fields, this.#room.length);
    this.#room.length += fields.length;
    return this;
  }

  /** The four bytes of a float whose field was encoded before. */
  float32(value: number): this {
    this.#room.reserve(4);
    this.#room.view.setFloat32(this.#room.length, value, true);
    this.#room.length += 4;
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, LENGTH_DELIMITED);
    this.#varint(value.length);
    return this.encoded(value);
  }

  message(field: number, value: ProtoWriter): this {
    return this.bytes(field, value.finish());
  }

  /** Begins a new message in the same room. */
  clear(): this {
    this.#room.length = 0;
    return this;
  }

  /** What was written, as a view that is valid until the next field. */
  finish(): Uint8Array {
    return this.#room.written();
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#room.reserve(10);
    // Steps may exceed the 32 bits that bit operations have.
    let rest = value;
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) this.#room.bytes[this.#room.length++] = (rest % 128) + 128;
    for (; rest >= 128; rest >>>= 7) this.#room.bytes[this.#room.length++] = (rest & 127) | 128;
    this.#room.bytes[this.#room.length++] = rest;
  }
}

/** A message of which one field is wanted. */
export function proto(): ProtoWriter {
  return new ProtoWriter();
}
