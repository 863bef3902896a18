/** Fields of one protocol-buffer message by number, in order: integers as bigint, everything else as bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/** Reads a message by the rules of the format, independently of the writer. */
export function readProtobuf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length) throw new Error('a varint runs over the end');
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('a field runs over the end');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    if (wire !== 0 && wire !== 2 && wire !== 5) throw new Error(`wire type ${wire}`);
    const value = wire === 0 ? varint() : take(wire === 5 ? 4 : Number(varint()));
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

/** The nested messages of a field. */
export const messages = (fields: Fields, field: number): Fields[] =>
  (fields.get(field) ?? []).map(value => readProtobuf(value as Uint8Array));

/** The texts of a field. */
export const texts = (fields: Fields, field: number): string[] =>
  (fields.get(field) ?? []).map(value => new TextDecoder().decode(value as Uint8Array));

/** The integers of a field, as signed 64-bit numbers. */
export const integers = (fields: Fields, field: number): number[] =>
  (fields.get(field) ?? []).map(value => Number(BigInt.asIntN(64, value as bigint)));
