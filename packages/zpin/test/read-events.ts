/** Reads event files by another way than they are written: bit by bit, and from the numbers of fields alone. */

/** A field of a message: a whole number, or bytes. */
type Field = { readonly number: number; readonly value: number | Uint8Array };

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  /** Numbers by their tags. */
  readonly scalars: Readonly<Record<string, number>>;
  /** Bytes of pictures, with their sizes. */
  readonly pictures: Readonly<Record<string, { readonly width: number; readonly height: number; readonly file: Uint8Array }>>;
  /** Texts by their tags. */
  readonly texts: Readonly<Record<string, string>>;
  /** What plugins are told, by tags. */
  readonly plugins: Readonly<Record<string, { readonly plugin: string; readonly content: Uint8Array }>>;
}

/** All events of a file. @throws Error when a checksum is wrong, or the file does not end with a record */
export function readEvents(file: Uint8Array): ReadEvent[] {
  const events: ReadEvent[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    check(file.subarray(at, at + 8), view.getUint32(at + 8, true));
    const data = file.subarray(at + 12, at + 12 + length);
    check(data, view.getUint32(at + 12 + length, true));
    events.push(eventOf(data));
    at += 16 + length;
  }
  return events;
}

function check(bytes: Uint8Array, masked: number): void {
  // Castagnoli's polynomial, one bit after the other.
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  const turned = ((crc >>> 15) | (crc << 17)) >>> 0;
  if ((turned + 0xa282ead8) % 2 ** 32 !== masked) throw new Error('a checksum is wrong');
}

/** The fields of a message, in the order in which they stand there. */
export function fieldsOf(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const fields: Field[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  };
  while (at < message.length) {
    const key = varint();
    const number = key >> 3;
    const wireType = key & 7;
    if (wireType === 0) fields.push({ number, value: varint() });
    else if (wireType === 1) {
      fields.push({ number, value: view.getFloat64(at, true) });
      at += 8;
    } else if (wireType === 5) {
      fields.push({ number, value: view.getFloat32(at, true) });
      at += 4;
    } else if (wireType === 2) {
      const length = varint();
      fields.push({ number, value: message.subarray(at, at + length) });
      at += length;
    } else throw new Error(`unknown wire type ${wireType}`);
  }
  return fields;
}

export const numberIn = (message: Uint8Array, field: number): number =>
  Number(fieldsOf(message).find(({ number }) => number === field)?.value ?? 0);

export const bytesIn = (message: Uint8Array, field: number): Uint8Array[] =>
  fieldsOf(message).flatMap(({ number, value }) => (number === field && typeof value === 'object' ? [value] : []));

export const textIn = (message: Uint8Array, field: number): string => new TextDecoder().decode(bytesIn(message, field)[0]);

function eventOf(data: Uint8Array): ReadEvent {
  const event = { scalars: {}, pictures: {}, texts: {}, plugins: {} } as {
    -readonly [Key in 'scalars' | 'pictures' | 'texts' | 'plugins']: Record<string, ReadEvent[Key][string]>;
  };
  for (const value of bytesIn(data, 5).flatMap(summary => bytesIn(summary, 1))) {
    const tag = textIn(value, 1);
    const fields = fieldsOf(value);
    const simple = fields.find(({ number }) => number === 2);
    if (simple) event.scalars[tag] = simple.value as number;
    for (const image of bytesIn(value, 4)) {
      event.pictures[tag] = { height: numberIn(image, 1), width: numberIn(image, 2), file: bytesIn(image, 4)[0] };
    }
    for (const tensor of bytesIn(value, 8)) if (numberIn(tensor, 1) === 7) event.texts[tag] = textIn(tensor, 8);
    for (const plugin of bytesIn(value, 9).flatMap(metadata => bytesIn(metadata, 1))) {
      event.plugins[tag] = { plugin: textIn(plugin, 1), content: bytesIn(plugin, 2)[0] };
    }
  }
  const version = bytesIn(data, 3).length > 0 ? { version: textIn(data, 3) } : {};
  return { wallTime: numberIn(data, 1), step: numberIn(data, 2), ...version, ...event };
}
