/** Bytes that are written one behind the other, into room that grows where it must and is kept. */
export class GrowingBytes {
  /** The room, of which the first `length` bytes are written. Another one after `reserve`. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Numbers in the same room. */
  view: DataView<ArrayBuffer>;
  length = 0;

  /** @param room bytes of the first room */
  constructor(room: number) {
    this.bytes = new Uint8Array(room);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for so many bytes more. */
  reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.length + bytes));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** What was written, as a view that is valid until more is. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
