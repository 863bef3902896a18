import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { MetricsReader } from './metrics-reader.ts';

inScratchFolder();

const episode = (step: number, episodeReturn: number) =>
  `${JSON.stringify({ type: 'episode', step, envIndex: 0, episodeReturn, episodeLength: 10, terminated: true, truncated: false })}\n`;
const episodes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, k) => episode(from + k, (from + k) / 10)).join('');

async function readAll(reader: MetricsReader): Promise<void> {
  await reader.look();
  while (reader.isBehind) await reader.readOn();
}

const steps = (reader: MetricsReader, measure = 'return') => reader.series.get(measure)?.thin().steps ?? [];

describe('MetricsReader', () => {
  it('reads on from where it was, and leaves a line without an end for later', async () => {
    const reader = new MetricsReader('grows.jsonl');
    await readAll(reader);
    expect([steps(reader), reader.version]).toEqual([[], 0]);
    writeFileSync('grows.jsonl', episode(1, 5) + episode(2, 7).slice(0, 20));
    await readAll(reader);
    expect([steps(reader), reader.lastReturn]).toEqual([[1], 5]);
    const before = reader.version;
    expect(await reader.look()).toBe(false);
    expect(reader.version).toBe(before);
    appendFileSync(
      'grows.jsonl',
      `${episode(2, 7).slice(20)}no event\n{"type":"update","step":3,"updates":1,"metrics":{"loss":2}}\n`,
    );
    await readAll(reader);
    expect([steps(reader), steps(reader, 'loss'), reader.lastReturn, reader.lastStep]).toEqual([[1, 2], [3], 6, 3]);
    expect(reader.version).toBeGreaterThan(before);
  });

  it('reads characters whole that two pieces share', async () => {
    const line = '{"type":"update","step":1,"updates":1,"metrics":{"größe":1}}\n';
    writeFileSync('wide.jsonl', line.repeat(10_000));
    const reader = new MetricsReader('wide.jsonl');
    await readAll(reader);
    expect([...reader.series.keys()]).toEqual(['größe']);
    expect(reader.series.get('größe')?.thin().counts).toEqual([10_000]);
  });

  it('takes lines that are longer than a piece', async () => {
    const returns = Array.from({ length: 100_000 }, () => 3);
    writeFileSync('long.jsonl', `${JSON.stringify({ type: 'eval', step: 9, returns, lengths: returns })}\n${episode(10, 1)}`);
    const reader = new MetricsReader('long.jsonl');
    await readAll(reader);
    expect(reader.series.get('evaluation')?.thin().means).toEqual([3]);
    expect(steps(reader)).toEqual([10]);
  });

  it.each([
    ['cut off by a run that goes on', () => truncateSync('again.jsonl', episode(1, 0.1).length * 3), [1, 2, 3]],
    [
      'replaced by a run that goes on',
      () => {
        writeFileSync('again.tmp', episodes(1, 4) + episodes(50, 60));
        renameSync('again.tmp', 'again.jsonl');
      },
      [1, 2, 3, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59],
    ],
    [
      'replaced by a longer one',
      () => writeFileSync('again.jsonl', episodes(100, 130)),
      Array.from({ length: 30 }, (_, k) => 100 + k),
    ],
    ['removed', () => rmSync('again.jsonl'), []],
  ])('reads a file again that was %s', async (_how, change, expected) => {
    writeFileSync('again.jsonl', episodes(1, 10));
    const reader = new MetricsReader('again.jsonl');
    await readAll(reader);
    expect(steps(reader)).toHaveLength(9);
    change();
    await readAll(reader);
    expect(steps(reader)).toEqual(expected);
    writeFileSync('again.jsonl', episodes(1, 3));
    await readAll(reader);
    expect(steps(reader)).toEqual([1, 2]);
  });

  it('shows a large file by pieces of it at first, then all of it', async () => {
    writeFileSync('large.jsonl', episodes(0, 40_000));
    const reader = new MetricsReader('large.jsonl');
    await reader.look();
    const glance = reader.series.get('return')?.thin();
    const count = (counts: readonly number[] = []) => counts.reduce((sum, each) => sum + each, 0);
    expect(count(glance?.counts)).toBeLessThan(4000);
    expect(glance?.steps.at(-1)).toBeGreaterThan(39_900);
    for (const [k, step] of (glance?.steps ?? []).entries()) expect(glance?.means[k]).toBeCloseTo(step / 10, -1);
    await reader.readOn();
    // What was seen of all of it is more than the first piece says.
    expect(reader.series.get('return')?.thin()).toEqual(glance);
    await readAll(reader);
    expect(count(reader.series.get('return')?.thin().counts)).toBe(40_000);
    expect(reader.lastReturn).toBeCloseTo((39_900 + 39_999) / 20, 6);
  });
});
