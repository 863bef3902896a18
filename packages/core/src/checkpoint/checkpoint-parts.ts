import { dirname, join, resolve } from 'node:path';
import { isFrozenArray } from '@zpin/contracts';
import type { Place } from './checkpoint-header.ts';
import { crc32c } from './crc32c.ts';
import type { Disk } from './disk.ts';
import { type FileSource, fileSource } from './file-source.ts';
import { NewFile } from './new-file.ts';
import type { PartSource } from './read-checkpoint.ts';
import { piecesOf, type StateArray } from './state-tree.ts';

/** When arrays go into parts. */
export interface PartSizes {
  /** Frozen arrays of fewer bytes together stay in the checkpoint itself. */
  readonly smallest: number;
  /** Bytes after which the next part begins. */
  readonly largest: number;
}

export const PART_SIZES: PartSizes = { smallest: 2 ** 26, largest: 2 ** 26 };

/** Parts that are written before the first of them is waited for: meanwhile the system writes them to the disk. */
const OPEN_PARTS = 128;

/** Names that are given to parts: step, number, checksum. Other files in their folder are left alone. */
const PART_NAME = /^\d+-\d+-[0-9a-f]{8}\.part$/;

/** For each folder: where the arrays lie that were written there, or read from there. */
const folders = new Map<string, WeakMap<StateArray, Place>>();

/** The folder with the parts of the checkpoint at a path. */
export const partsFolder = (path: string): string => `${path}.parts`;

export interface PartsToWrite {
  readonly disk: Disk;
  readonly folder: string;
  /** All arrays of a state: the frozen ones among them go into parts. */
  readonly arrays: readonly StateArray[];
  /** After which parts are named. */
  readonly step: number;
  readonly sizes: PartSizes;
  /** Takes the names of the files that are made. */
  readonly made: string[];
}

/**
 * Sees to it that the frozen arrays of a state lie in parts, and writes those that do not yet. Nothing that is there is touched: the
 * checkpoint of before may need it.
 *
 * Of a part of which less than half is needed, the rest is written again elsewhere: so a folder takes no more than twice the room of
 * its arrays.
 * @yields after every piece that was written
 * @returns where the arrays lie; none where they are small enough to stay in the checkpoint
 */
export function* writeParts(options: PartsToWrite): Generator<void, ReadonlyMap<StateArray, Place>> {
  const { disk, folder, sizes, step, made } = options;
  const frozen = [...new Set(options.arrays.filter(isFrozenArray))];
  if (bytesOf(frozen) < sizes.smallest) return new Map();
  if (disk.makeFolder(folder)) disk.syncFolder(dirname(folder));
  const taken = new Set(disk.list(folder));
  const places = stillThere(options, frozen, taken);
  const open: WrittenPart[] = [];
  let number = 0;
  const placeFirst = () => {
    const { file, arrays, bytes, mark } = open[0];
    const name = () => `${step}-${number}-${mark.toString(16).padStart(8, '0')}.part`;
    while (taken.has(name())) number++;
    const part = name();
    number++;
    file.place(join(folder, part));
    open.shift();
    made.push(part);
    for (const { array, offset, crc } of arrays) {
      const place = { part, partBytes: bytes, offset, crc };
      places.set(array, place);
      placesIn(folder).set(array, place);
    }
  };
  try {
    for (const group of inGroups(frozen, places, sizes.largest)) {
      yield* writePart(new NewFile(join(folder, 'part'), disk), group, open);
      if (open.length === OPEN_PARTS) placeFirst();
    }
    for (; open.length > 0; placeFirst()) yield;
  } catch (error) {
    for (const { file } of open) file.discard();
    throw error;
  }
  if (made.length > 0) disk.syncFolder(folder);
  return places;
}

/** A part that is written, but neither safe nor in its place yet. */
interface WrittenPart {
  readonly file: NewFile;
  readonly arrays: readonly { readonly array: StateArray; readonly offset: number; readonly crc: number }[];
  readonly bytes: number;
  /** Checksum of the checksums. */
  readonly mark: number;
}

function* writePart(file: NewFile, group: readonly StateArray[], written: WrittenPart[]): Generator<void, void> {
  try {
    const arrays: WrittenPart['arrays'][number][] = [];
    let bytes = 0;
    for (const array of group) {
      let crc = 0;
      for (const piece of piecesOf(array)) {
        file.write(piece);
        crc = crc32c(piece, crc);
        yield;
      }
      arrays.push({ array, offset: bytes, crc });
      bytes += array.byteLength;
    }
    const mark = crc32c(new Uint8Array(Uint32Array.from(arrays, ({ crc }) => crc).buffer));
    written.push({ file, arrays, bytes, mark });
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** Removes what a checkpoint no longer needs. What cannot be removed now is so after the next one. */
export function removeParts(disk: Disk, folder: string, isNeeded: (name: string) => boolean): void {
  try {
    for (const name of disk.list(folder)) {
      if (PART_NAME.test(name) && !isNeeded(name)) disk.remove(join(folder, name));
    }
    disk.removeFolder(folder);
  } catch {
    // The checkpoint itself is safe.
  }
}

/** The parts of the checkpoint at a path, to be closed. */
export function partSource(path: string): PartSource & Pick<FileSource, 'close'> {
  const folder = partsFolder(path);
  let name: string | undefined;
  let source: FileSource | undefined;
  return {
    open(part) {
      if (source && name === part) return source;
      source?.close();
      source = undefined;
      source = fileSource(join(folder, part), `It belongs to ${path}: keep both together, or start a new run`);
      name = part;
      return source;
    },
    found: (array, place) => void placesIn(folder).set(array, place),
    close: () => source?.close(),
  };
}

function placesIn(folder: string): WeakMap<StateArray, Place> {
  const key = resolve(folder);
  const places = folders.get(key) ?? new WeakMap<StateArray, Place>();
  folders.set(key, places);
  return places;
}

/** Arrays that were written before, into parts that are still there and of which at least half is needed. */
function stillThere({ disk, folder }: PartsToWrite, frozen: readonly StateArray[], taken: ReadonlySet<string>) {
  const known = placesIn(folder);
  const isThere = new Map<string, boolean>();
  const needed = new Map<string, number>();
  for (const array of frozen) {
    const place = known.get(array);
    if (!place) continue;
    const { part, partBytes } = place;
    if (!isThere.has(part)) isThere.set(part, taken.has(part) && disk.size(join(folder, part)) === partBytes);
    needed.set(part, (needed.get(part) ?? 0) + array.byteLength);
  }
  const places = new Map<StateArray, Place>();
  for (const array of frozen) {
    const place = known.get(array);
    if (place && isThere.get(place.part) && 2 * (needed.get(place.part) ?? 0) >= place.partBytes) places.set(array, place);
  }
  return places;
}

/** Arrays that have no place yet, one part after the other. */
function inGroups(arrays: readonly StateArray[], places: ReadonlyMap<StateArray, Place>, largest: number): StateArray[][] {
  const groups: StateArray[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const array of arrays) {
    if (places.has(array)) continue;
    if (bytes + array.byteLength > largest) {
      groups.push([]);
      bytes = 0;
    }
    groups[groups.length - 1].push(array);
    bytes += array.byteLength;
  }
  return groups;
}

function bytesOf(arrays: readonly StateArray[]): number {
  return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
