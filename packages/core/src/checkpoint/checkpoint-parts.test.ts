import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckpointError, freezeArray, isFrozenArray } from '@zpin/contracts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TrainState } from '../loop/events.ts';
import { decodeCheckpoint } from './checkpoint.ts';
import { readCheckpoint, writing } from './checkpoint-file.ts';
import { crc32c } from './crc32c.ts';
import { type Disk, disk } from './disk.ts';

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zpin-'));
  path = join(folder, 'checkpoint.bin');
});
afterEach(() => rmSync(folder, { recursive: true }));

const header = { algorithm: 'dqn', env: 'CartPole-v1', config: { gamma: 0.99 }, seed: 1, extra: {} };
const sizes = { smallest: 100, largest: 150 };
/** What is not written to the disk at once is a matter for power cuts, and slow. */
const quick: Disk = { ...disk, sync: () => {}, syncFolder: () => {} };

function write(at: string, step: number, state: TrainState, on: Disk = quick): void {
  for (const _ of writing(at, { header: { ...header, step }, state }, sizes, on));
}

const block = (length: number, value: number) => freezeArray(new Uint8Array(length).fill(value));
const parts = () => (existsSync(`${path}.parts`) ? readdirSync(`${path}.parts`).sort() : []);
const partOf = (name: string) => join(`${path}.parts`, name);

/**
 * Dies with its machine at an action, which it may have done in part, and does nothing ever after. What was not synced is lost then:
 * the content of files, and the names that they were given.
 */
function dying(after: number): Disk & { readonly actions: number } {
  let actions = 0;
  const names = new Map<number, string>();
  const unsafe = new Set<string>();
  const renamed: { readonly to: string; readonly from: string; readonly old: Uint8Array | undefined }[] = [];
  function die(): never {
    if (actions === after + 1) {
      for (const name of unsafe) truncateSync(name, 0);
      for (const { to, from, old } of renamed.splice(0)) {
        renameSync(to, from);
        if (old) writeFileSync(to, old);
      }
    }
    throw new Error('killed');
  }
  const mortal =
    <A extends unknown[], R>(act: (...args: A) => R, part: (...args: A) => void = () => {}) =>
    (...args: A): R => {
      if (actions++ === after) part(...args);
      return actions > after ? die() : act(...args);
    };
  return {
    get actions() {
      return actions;
    },
    ...{ list: quick.list, size: quick.size, close: quick.close },
    create: mortal(name => {
      const file = quick.create(name);
      names.set(file, name);
      unsafe.add(name);
      return file;
    }),
    write: mortal(quick.write, (file, bytes, at) => quick.write(file, bytes.subarray(0, bytes.length >> 1), at)),
    sync: mortal(file => void unsafe.delete(names.get(file) ?? '')),
    rename: mortal((from, to) => {
      renamed.push({ to, from, old: existsSync(to) ? readFileSync(to) : undefined });
      if (unsafe.delete(from)) unsafe.add(to);
      quick.rename(from, to);
    }),
    remove: mortal(quick.remove),
    makeFolder: mortal(quick.makeFolder),
    removeFolder: mortal(quick.removeFolder),
    syncFolder: mortal(at => void renamed.splice(0, renamed.length, ...renamed.filter(({ to }) => dirname(to) !== at))),
  };
}

test('a machine that dies at any moment leaves the old checkpoint or the new one, bit for bit', () => {
  const block = fc.record({ length: fc.integer({ min: 1, max: 70 }), changes: fc.boolean(), ends: fc.boolean() });
  const cases = fc.record({
    blocks: fc.array(block, { maxLength: 5 }),
    plain: fc.uint8Array({ maxLength: 30 }),
    step: fc.nat(1),
  });
  let run = 0;
  fc.assert(
    fc.property(cases, ({ blocks, plain, step }) => {
      const base = join(folder, `${run++}`);
      mkdirSync(base);
      const fill = (length: number, value: number) => freezeArray(Float32Array.from({ length }, (_, i) => value + i));
      const before = { step: 1, w: plain, blocks: blocks.map(({ length }, i) => fill(length, i)) };
      write(join(base, 'c.bin'), 5, before);
      const old = readCheckpoint(join(base, 'c.bin')).state;
      expect(old).toEqual(before);
      const kept = old.blocks as readonly Float32Array[];
      const next = kept.flatMap((array, i) => {
        const { length, changes, ends } = blocks[i];
        return ends ? [] : changes ? [fill(length, 100 + i)] : [array];
      });
      const after = { step: 2, w: plain.slice(1), blocks: [...next, fill(9, 7)] };
      let isOver = false;
      let wasNew = false;
      for (let moment = 0; !isOver; moment++) {
        const at = join(folder, `${run - 1}-${moment}`);
        cpSync(base, at, { recursive: true });
        const file = join(at, 'c.bin');
        // As the process that goes on: it knows its arrays by reading them there.
        const own = readCheckpoint(file).state.blocks as readonly Float32Array[];
        const mine = { ...after, blocks: after.blocks.map(array => own[kept.indexOf(array)] ?? array) };
        const mortal = dying(moment);
        try {
          write(file, 5 + step, mine, mortal);
        } catch {
          // Killed.
        }
        isOver = mortal.actions <= moment;
        const { state } = readCheckpoint(file);
        const isNew = (state.step as number) === 2;
        expect(state).toEqual(isNew ? after : before);
        // What was done once stays done.
        expect(wasNew && !isNew).toBe(false);
        wasNew = isNew;
        write(file, 5 + step, { ...after, again: 1 });
        expect(readCheckpoint(file).state).toEqual({ ...after, again: 1 });
        expect(readdirSync(at).filter(name => !name.startsWith('c.bin'))).toEqual(readdirSync(at).filter(isOurTemporary));
        rmSync(at, { recursive: true });
      }
      expect(wasNew).toBe(true);
    }),
    { numRuns: 8 },
  );
});

/** This process still lives, so that its temporary files are not swept. */
const isOurTemporary = (name: string) => name.startsWith(`.c.bin.${process.pid}-`);

test('a small state stays one file, and a large one becomes one again', () => {
  write(path, 1, { blocks: [block(99, 1)] });
  expect(readdirSync(folder)).toEqual(['checkpoint.bin']);
  write(path, 2, { blocks: [block(99, 1), block(9, 2)] });
  expect(readdirSync(folder)).toEqual(['checkpoint.bin', 'checkpoint.bin.parts']);
  expect(() => decodeCheckpoint(readFileSync(path))).toThrow(
    'decodeCheckpoint: the checkpoint must be whole, got "1 parts elsewhere". Read it from its file by readCheckpoint.',
  );
  write(path, 3, { blocks: [block(99, 1)], copies: [new Uint8Array(1000)] });
  expect(readdirSync(folder)).toEqual(['checkpoint.bin']);
});

test('what does not change is written once, by the process that goes on too', () => {
  const blocks = [1, 2, 3, 4].map(value => block(80, value));
  write(path, 10, { blocks });
  const first = parts();
  expect(first.map(name => name.replace(/-[0-9a-f]{8}/, '-'))).toEqual(['10-0-.part', '10-1-.part', '10-2-.part', '10-3-.part']);
  const inodes = () => parts().map(name => statSync(partOf(name)).ino);
  const before = inodes();
  write(path, 20, { blocks, more: [] });
  expect([parts(), inodes()]).toEqual([first, before]);

  const read = readCheckpoint(path).state.blocks as readonly Uint8Array[];
  expect(read.map(isFrozenArray)).toEqual([true, true, true, true]);
  write(path, 30, { blocks: [...read.slice(1), block(80, 5)] });
  expect(parts().slice(0, 3)).toEqual(first.slice(1));
  expect(parts()).toHaveLength(4);
  expect(readCheckpoint(path).state).toEqual({ blocks: [2, 3, 4, 5].map(value => block(80, value)) });
});

test('a part of which less than half is needed is given up', () => {
  const blocks = [block(40, 1), block(40, 2), block(40, 3)];
  write(path, 1, { blocks });
  const [old] = parts();
  write(path, 2, { blocks: [blocks[0], blocks[1], block(40, 4)] });
  expect(parts()).toHaveLength(2);
  write(path, 3, { blocks: [blocks[0], block(40, 5), block(40, 6)] });
  expect(parts()).not.toContain(old);
  expect(readCheckpoint(path).state).toEqual({ blocks: [block(40, 1), block(40, 5), block(40, 6)] });
});

test('a file that was taken away meanwhile is written again', () => {
  const state = { blocks: [block(80, 1), block(80, 2)] };
  write(path, 1, state);
  const [first] = parts();
  rmSync(partOf(first));
  write(path, 2, state);
  expect(readCheckpoint(path).state).toEqual(state);
});

test('a state that fails leaves what was there, and nothing of itself', () => {
  const state = { blocks: [block(80, 1), block(80, 2)] };
  write(path, 1, state);
  const before = parts();
  const full = {
    ...quick,
    rename: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC' });
    },
  };
  expect(() => write(path, 2, { blocks: [block(80, 3), block(80, 4)] }, full)).toThrow(
    `writeCheckpoint: ${path} must be writable, got "ENOSPC: no space left on device". What was there before is whole`,
  );
  let renames = 0;
  const fullLater: Disk = {
    ...quick,
    rename(from, to) {
      if (renames++ === 2) throw Object.assign(new Error('ENOSPC: no space left on device, rename'), { code: 'ENOSPC' });
      renameSync(from, to);
    },
  };
  expect(() => write(path, 2, { blocks: [block(80, 3), block(80, 4)] }, fullLater)).toThrow('ENOSPC');
  expect(parts()).toEqual(before);
  expect(readdirSync(folder)).toEqual(['checkpoint.bin', 'checkpoint.bin.parts']);
  expect(readCheckpoint(path).state).toEqual(state);
});

test('refuses parts that are missing, torn, damaged or those of another checkpoint, and names them', () => {
  write(path, 1, { blocks: [block(80, 1), block(80, 2)] });
  const [name, other] = parts();
  const whole = readFileSync(partOf(name));
  const refused = (text: string) => {
    expect(() => readCheckpoint(path)).toThrow(CheckpointError);
    expect(() => readCheckpoint(path)).toThrow(text);
    writeFileSync(partOf(name), whole);
    expect(readCheckpoint(path).header.step).toBe(1);
  };
  rmSync(partOf(name));
  refused(`${partOf(name)} must be a readable file, got "ENOENT". It belongs to ${path}: keep both together`);
  truncateSync(partOf(name), 79);
  refused(`${partOf(name)}: the part must have 80 bytes, got 79.`);
  writeFileSync(partOf(name), Buffer.concat([whole, whole]));
  refused(`${partOf(name)}: the part must have 80 bytes, got 160.`);
  cpSync(partOf(other), partOf(name));
  refused(`${partOf(name)}: the checkpoint must be as it was written, got "an array with another checksum"`);
  for (let bit = 0; bit < 80 * 8; bit += 61) {
    const flipped = Uint8Array.from(whole);
    flipped[bit >> 3] ^= 1 << (bit & 7);
    writeFileSync(partOf(name), flipped);
    refused(`${partOf(name)}: the checkpoint must be as it was written`);
  }
});

test('reads what is asked for, without the rest', () => {
  write(path, 1, { agent: { w: Float32Array.of(1, 2) }, replay: [block(80, 1), block(80, 2)] });
  rmSync(`${path}.parts`, { recursive: true });
  expect(readCheckpoint(path, { only: ['agent'] }).state).toEqual({ agent: { w: Float32Array.of(1, 2) } });
  expect(() => readCheckpoint(path)).toThrow('must be a readable file');
});

test('a copy of file and folder is a checkpoint of its own', () => {
  const state = { blocks: [block(80, 1), block(80, 2)] };
  write(path, 1, state);
  const copy = join(folder, 'copy.bin');
  renameSync(path, copy);
  renameSync(`${path}.parts`, `${copy}.parts`);
  expect(readCheckpoint(copy).state).toEqual(state);
});

test('one that is replaced while it is read is read anew', () => {
  write(path, 1, { blocks: [block(80, 1), block(80, 2)] });
  let times = 0;
  const only = Object.assign(['blocks'], {
    includes() {
      if (times++ === 0) write(path, 2, { blocks: [block(80, 3), block(80, 4)] });
      return true;
    },
  });
  expect(readCheckpoint(path, { only })).toMatchObject({ header: { step: 2 }, state: { blocks: [block(80, 3), block(80, 4)] } });
});

test('leaves files in the folder of parts that are not its own', () => {
  const blocks = [block(80, 1), block(80, 2)];
  write(path, 1, { blocks });
  for (const name of ['notes.txt', '1.part']) writeFileSync(partOf(name), 'mine');
  writeFileSync(partOf('7-0-00000000.part'), 'left by a process that was killed');
  write(path, 2, { blocks });
  expect(parts()).toHaveLength(4);
  write(path, 3, {});
  expect(parts()).toEqual(['1.part', 'notes.txt']);
});

type Forged = { arrays: unknown[][]; parts: unknown[][]; state: object };

test.each<[string, (header: Forged) => void]>([
  ['a part outside of the folder', h => (h.parts[0][0] = '../checkpoint.bin')],
  ['an absolute path', h => (h.parts[0][0] = '/etc/passwd')],
  ['a part twice', h => (h.parts[1] = h.parts[0])],
  ['a part that is not there', h => (h.arrays[0][3] = 2)],
  ['arrays on each other', h => (h.arrays[1] = h.arrays[0])],
  ['an array behind the end of its part', h => (h.arrays[0][1] = 8)],
  ['an array larger than memory', h => (h.arrays[0][2] = 2 ** 40)],
  ['a place without a checksum', h => h.arrays[0].pop()],
  ['another checksum', h => (h.arrays[0][4] = 0)],
  ['a part of another size', h => (h.parts[0][1] = 81)],
  ['no parts', h => Reflect.deleteProperty(h, 'parts')],
  ['one array twice', h => (h.state = { blocks: [{ $array: 0 }, { $array: 0 }] })],
])('refuses %s', (_, change) => {
  write(path, 1, { blocks: [block(80, 1), block(80, 2)] });
  const bytes = readFileSync(path);
  const end = 24 + bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.toString('utf8', 24, end));
  const forge = () => {
    const text = Buffer.from(JSON.stringify(header));
    const prelude = Buffer.from(bytes.subarray(0, 24));
    prelude.writeUInt32LE(text.length, 12);
    prelude.writeUInt32LE(crc32c(text), 16);
    writeFileSync(path, Buffer.concat([prelude, text, bytes.subarray(end)]));
  };
  forge();
  expect(readCheckpoint(path).header.step).toBe(1);
  change(header);
  forge();
  expect(() => readCheckpoint(path)).toThrow(CheckpointError);
});
