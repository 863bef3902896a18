import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@zpin/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { checkWritable } from './check-writable.ts';
import { makeFolder } from './make-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'zpin-writable-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('checkWritable', () => {
  const check = (path: string, bytes?: number) => () => checkWritable('zpin collect', '--out', path, bytes);

  it('leaves nothing behind where a file can be written, and the file there as it was', () => {
    writeFileSync(join(folder, 'old.gif'), 'mine');
    check(join(folder, 'old.gif'))();
    check(join(folder, 'new.gif'))();
    expect(readdirSync(folder)).toEqual(['old.gif']);
    expect(statSync(join(folder, 'old.gif')).size).toBe(4);
  });

  it('refuses a folder, a device, a place that takes no files, and one without room', () => {
    mkdirSync(join(folder, 'folder.gif'));
    expect(check(join(folder, 'folder.gif'))).toThrow(/^zpin collect: --out must be a file, got ".*folder.gif, a folder"\./);
    expect(check(join(folder, 'no', 'such.gif'))).toThrow(/^zpin collect: --out must be a place to write to, got ".*ENOENT/);
    expect(check(join(folder, 'big.zpin'), 2 ** 60)).toThrow(
      /^zpin collect: there must be room for 1,099,511,627,776 MiB at --out, got "[\d,]+ MiB in .*"\. Free some\.$/,
    );
    expect(check(join(folder, 'big.zpin'), 2 ** 60)).toThrow(InputError);
    if (process.platform !== 'linux') return;
    expect(check('/dev/full')).toThrow('--out must be a file, got "/dev/full, a device"');
    expect(check('/proc/film.gif')).toThrow('--out must be a place to write to, got "/proc/film.gif"');
  });
});

describe('makeFolder', () => {
  it('makes what is missing, and is content with what is there', () => {
    const path = join(folder, 'a', 'b', 'c');
    makeFolder(path);
    makeFolder(path);
    expect(existsSync(path)).toBe(true);
  });

  it('is content with a folder that is made after it has looked, as another process may do', () => {
    // The third of these is a second name of the first, which is not there when it is looked for.
    makeFolder(`${folder}/new/inner/../other`);
    expect(existsSync(join(folder, 'new', 'other'))).toBe(true);
  });

  it('fails at once where there can be no folders', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(folder, 'file', 'a', 'b'))).toThrow('ENOTDIR');
    if (process.platform === 'linux') expect(() => makeFolder('/proc/zpin/run')).toThrow('ENOENT');
  });
});
