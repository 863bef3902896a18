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
  #bytes = new Uint8Array(128);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** A whole number >= 0, or a truth value. */
  varint(field: number, value: number): this {
    this.#key(field, VARINT);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    this.#key(field, FIXED_64);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  float(field: number, value: number): this {
    this.#key(field, FIXED_32);
    return this.float32(value);
  }

  /** Fields that were encoded before. */
  encoded(fields: Uint8Array): this {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#length);
    this.#length += fields.length;
    return this;
  }

  /** The four bytes of a float whose field was encoded before. */
  float32(value: number): this {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
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
    this.#length = 0;
    return this;
  }

  /** What was written, as a view that is valid until the next field. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #key(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    // Steps may exceed the 32 bits that bit operations have.
    let rest = value;
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    for (; rest >= 128; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** A message of which one field is wanted. */
export function proto(): ProtoWriter {
  return new ProtoWriter();
}
