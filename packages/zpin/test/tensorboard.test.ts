import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { openRun, openSavedRun, type RunEvent, type RunOptions, resume, train } from '../src/index.ts';
import { eventFileNames, RunFolder, readMetrics } from '../src/node.ts';
import { pictureEvent, ScalarsEncoder, stepOf } from '../src/tensorboard/event-messages.ts';
import { ProtoWriter } from '../src/tensorboard/proto-writer.ts';
import { maskedCrc, RecordBlock, readRecords } from '../src/tensorboard/records.ts';
import { bytesIn, fieldsOf, numberIn, readEvents, textIn } from './read-events.ts';

inScratchFolder();

const settings: RunOptions = {
  ...{ steps: 300, seed: 3, preset: false, checkpointEverySteps: 100, tensorboard: true },
  config: { hiddenSizes: [8], learningStarts: 20, batchSize: 8, bufferSize: 200 },
  evaluation: { everySteps: 50, episodes: 2 },
};
const eventsIn = (folder: string) =>
  eventFileNames(new RunFolder(folder)).flatMap(name => readEvents(readFileSync(join(folder, name))));
const scalarsIn = (folder: string, tag: string) =>
  eventsIn(folder).flatMap(({ step, scalars }) => (tag in scalars ? [[step, scalars[tag] as number] as const] : []));
/** A file of records. */
function inRecords(...records: readonly Uint8Array[]): Buffer {
  const block = new RecordBlock();
  for (const record of records) block.append(record);
  return Buffer.from(block.take());
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the bytes', () => {
  it('of a message are those of the encoding guide', () => {
    // "message Test1 { int32 a = 1; }" with 150, and "string b = 2" with "testing".
    expect([...new ProtoWriter().varint(1, 150).finish()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new ProtoWriter().text(2, 'testing').finish()]).toEqual([0x12, 7, ...new TextEncoder().encode('testing')]);
    expect([...new ProtoWriter().varint(1, 2 ** 40).finish()]).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
    expect([...new ProtoWriter().float(2, 1).double(3, -2).finish()]).toEqual([
      0x15, 0, 0, 128, 63, 0x19, 0, 0, 0, 0, 0, 0, 0, 192,
    ]);
    // Longer than the room at the beginning.
    const long = new ProtoWriter();
    for (let i = 0; i < 100; i++) long.message(1, new ProtoWriter().varint(1, i));
    expect(bytesIn(long.finish(), 1).map(part => numberIn(part, 1))).toEqual([...Array(100).keys()]);
  });

  it('of a record have masked checksums', () => {
    // CRC-32C of "123456789" is 0xe3069283: turned by 15 and moved by the constant.
    expect(maskedCrc(new TextEncoder().encode('123456789'))).toBe((0x2507c60d + 0xa282ead8) >>> 0);
    const records = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)];
    const file = inRecords(...records);
    expect([...readRecords(file)].map(({ data }) => [...data])).toEqual(records.map(data => [...data]));
    // Torn anywhere, or damaged, it ends before.
    expect([...readRecords(file.subarray(0, file.length - 1))]).toHaveLength(2);
    const damaged = Buffer.from(file);
    damaged[20] = 99;
    expect([...readRecords(damaged)].length).toBeLessThan(3);
  });

  it('of numbers are those of their messages, and nothing of the event before is in them', () => {
    const encoder = new ScalarsEncoder();
    expect(encoder.add({ loss: Number.NaN }).finish({ wallTime: 1, step: 1 })).toBe(null);
    for (const [step, value] of [
      [1, 0.5],
      [300, -2],
    ] as const) {
      const event = encoder
        .add({ loss: value, entropy: Number.POSITIVE_INFINITY }, 'update/')
        .add({ rate: 8 })
        .finish({ wallTime: 1, step });
      const [loss, rate] = [
        new ProtoWriter().text(1, 'update/loss').float(2, value),
        new ProtoWriter().text(1, 'rate').float(2, 8),
      ];
      const summary = new ProtoWriter().message(1, loss).message(1, rate);
      expect(event).toEqual(new ProtoWriter().double(1, 1).varint(2, step).message(5, summary).finish());
    }
  });

  it('tell their step', () => {
    const head = { wallTime: 1.5, step: 3_000_000_000 };
    expect(stepOf(new ScalarsEncoder().add({ 'train/return': 5 }).finish(head) as Uint8Array)).toBe(3_000_000_000);
    expect(stepOf(pictureEvent({ wallTime: 1, step: 0 }, 'film', { width: 1, height: 2, file: Uint8Array.of(9) }))).toBe(0);
  });
});

describe('a run with tensorboard', () => {
  it('leaves its curves, which tell what its metrics tell', async () => {
    (await train('dqn', 'CartPole-v1', { ...settings, saveTo: 'curves' })).dispose();
    expect(eventFileNames(new RunFolder('curves'))).toEqual(['events.out.tfevents.0000000001.zpin']);
    const [first, ...rest] = eventsIn('curves');
    expect(first).toMatchObject({ version: 'brain.Event:2', step: 0 });
    expect(rest.every((event, i) => i === 0 || event.step >= (rest[i - 1]?.step ?? 0))).toBe(true);
    expect(Math.abs((first?.wallTime ?? 0) - Date.now() / 1000)).toBeLessThan(600);

    const told = readMetrics(new RunFolder('curves'));
    const evaluations = told.flatMap(event => (event.type === 'eval' ? [event] : []));
    expect(scalarsIn('curves', 'eval/return')).toEqual(evaluations.map(({ step, returns }) => [step, mean(returns)]));
    expect(scalarsIn('curves', 'eval/length')).toEqual(evaluations.map(({ step, lengths }) => [step, mean(lengths)]));
    const best = evaluations.filter(({ isBest }) => isBest);
    expect(scalarsIn('curves', 'eval/bestReturn')).toEqual(best.map(({ step, returns }) => [step, mean(returns)]));
    const updates = told.flatMap(event => (event.type === 'update' ? [event] : []));
    const losses = updates.map(({ step, metrics }) => [step, Math.fround(metrics.loss as number)]);
    expect(scalarsIn('curves', 'update/loss')).toEqual(losses);
    expect(losses.length).toBe(70);
    const episodes = told.flatMap(event => (event.type === 'episode' ? [event] : []));
    expect(scalarsIn('curves', 'train/return')).toEqual(
      episodes.map(({ step }, i) => [
        step,
        Math.fround(mean(episodes.slice(0, i + 1).map(({ episodeReturn }) => episodeReturn))),
      ]),
    );
  });

  it('leaves no more than 1,000 points of a curve, spread over a long run, with the means of that moment', async () => {
    const options = { steps: 4_000, seed: 1, preset: false, envOptions: { maxEpisodeSteps: 2 }, tensorboard: true } as const;
    (await train('q-learning', 'CliffWalking-v1', { ...options, saveTo: 'long' })).dispose();
    const episodes = readMetrics(new RunFolder('long')).flatMap(event => (event.type === 'episode' ? [event] : []));
    expect(episodes.map(({ step }) => step)).toEqual(Array.from({ length: 2000 }, (_, i) => 2 * (i + 1)));
    const points = scalarsIn('long', 'train/return');
    // The first episode of each four steps.
    expect(points.map(([step]) => step)).toEqual(Array.from({ length: 1000 }, (_, i) => 4 * (i + 1)));
    const last = episodes.slice(-100).map(({ episodeReturn }) => episodeReturn);
    expect(points.at(-1)).toEqual([4000, Math.fround(mean(last))]);
  });

  it('leaves its settings, as a text and for the HParams plugin', () => {
    const events = eventsIn('curves');
    const text = events.flatMap(({ texts }) => (texts.settings ? [texts.settings] : []));
    expect(text).toHaveLength(1);
    expect(text[0]).toContain('| algorithm | dqn |\n| env | CartPole-v1 |\n| seed | 3 |');
    expect(text[0]).toContain('| hiddenSizes | [8] |');
    const plugins = Object.assign({}, ...events.map(event => event.plugins));
    expect(Object.keys(plugins)).toEqual([
      '_hparams_/experiment',
      '_hparams_/session_start_info',
      'settings',
      '_hparams_/session_end_info',
    ]);
    const [experiment] = bytesIn(plugins['_hparams_/experiment'].content, 2);
    const infos = bytesIn(experiment as Uint8Array, 4).map(info => [textIn(info, 1), numberIn(info, 4)]);
    expect(infos).toContainEqual(['algorithm', 1]);
    expect(infos).toContainEqual(['batchSize', 3]);
    expect(infos).toContainEqual(['double', 2]);
    const [start] = bytesIn(plugins['_hparams_/session_start_info'].content, 3);
    const values = Object.fromEntries(
      bytesIn(start as Uint8Array, 1).map(entry => {
        const [{ number = 0, value } = {}] = fieldsOf(bytesIn(entry, 2)[0] as Uint8Array);
        return [
          textIn(entry, 1),
          number === 3 ? new TextDecoder().decode(value as Uint8Array) : number === 4 ? value === 1 : value,
        ];
      }),
    );
    expect(values).toMatchObject({ algorithm: 'dqn', seed: 3, batchSize: 8, hiddenSizes: '[8]', double: false });
    // 1 is success.
    expect(numberIn(bytesIn(plugins['_hparams_/session_end_info'].content, 4)[0] as Uint8Array, 1)).toBe(1);
  });

  it('that is killed and goes on has every step once', async () => {
    const run = await openRun('dqn', 'CartPole-v1', { ...settings, saveTo: 'cut' });
    for await (const event of run.events()) if (event.step >= 260) break;
    run.dispose();
    // What a killed process leaves beside: half a record.
    appendFileSync('cut/events.out.tfevents.0000000001.zpin', inRecords(new Uint8Array(50)).subarray(0, 30));
    expect(scalarsIn('curves', 'update/loss').length).toBeGreaterThan(0);
    const rest = await openSavedRun('cut');
    expect(rest.step).toBe(200);
    for await (const _ of rest.events());
    rest.dispose();
    expect(eventFileNames(new RunFolder('cut'))).toHaveLength(2);
    for (const tag of ['update/loss', 'train/return', 'train/length', 'eval/return', 'eval/bestReturn']) {
      expect(scalarsIn('cut', tag), tag).toEqual(scalarsIn('curves', tag));
    }
    // Nothing of after the checkpoint is left in the first file.
    const [first] = eventFileNames(new RunFolder('cut'));
    expect(Math.max(...readEvents(readFileSync(join('cut', first as string))).map(({ step }) => step))).toBe(200);
  });

  it('has curves of what infos tell, on over a stop', async () => {
    const plan: RunOptions = { ...settings, steps: 90, checkpointEverySteps: 25, envOptions: { maxEpisodeSteps: 10 } };
    const env = { ...plan, config: { ...settings.config, learningStarts: 40 } };
    const open = (saveTo: string) => openRun('td3', 'InvertedPendulum-v5', { ...env, saveTo });
    const whole = await open('told');
    for await (const _ of whole.events());
    whole.dispose();
    const curve = scalarsIn('told', 'info/reward_survive');
    // All that it pays is this term: the mean over the steps of an episode is its return by its length.
    const shares: number[] = [];
    const expected = readMetrics(new RunFolder('told')).flatMap(event => {
      if (event.type !== 'episode') return [];
      shares.push(event.episodeReturn / event.episodeLength);
      return [[event.step, Math.fround(mean(shares))]];
    });
    expect(expected.length).toBeGreaterThan(8);
    expect(curve).toEqual(expected);
    const first = await open('told-cut');
    for await (const event of first.events()) if (event.step >= 58) break;
    first.dispose();
    (await resume('told-cut')).dispose();
    expect(scalarsIn('told-cut', 'info/reward_survive')).toEqual(curve);
    expect(readFileSync('told-cut/metrics.jsonl', 'utf8')).toBe(readFileSync('told/metrics.jsonl', 'utf8'));
    expect(readFileSync('told/progress.csv', 'utf8').split('\n')[0]).toMatch(/,info\/reward_survive$/);
    expect(readFileSync('told-cut/progress.csv', 'utf8')).toBe(readFileSync('told/progress.csv', 'utf8'));
  });

  it('that goes on with more steps has ended once', async () => {
    (await resume('cut', { steps: 340 })).dispose();
    const ends = eventsIn('cut').flatMap(({ step, plugins }) => (plugins['_hparams_/session_end_info'] ? [step] : []));
    expect(ends).toEqual([340]);
  });

  it('says that it has failed', async () => {
    const config = { ...settings.config, learningRate: 1e30 };
    await expect(train('dqn', 'CartPole-v1', { ...settings, config, saveTo: 'failed' })).rejects.toThrow('must be finite');
    const ends = eventsIn('failed').flatMap(({ plugins }) => plugins['_hparams_/session_end_info'] ?? []);
    expect(ends.map(({ content }) => numberIn(bytesIn(content, 4)[0] as Uint8Array, 1))).toEqual([2]);
  });

  it('is kept with the run, and ends when it is told so', async () => {
    (await train('dqn', 'CartPole-v1', { ...settings, steps: 40, saveTo: 'ended' })).dispose();
    const run = await resume('ended', { steps: 80, tensorboard: false });
    expect(run.description.tensorboard).toBe(false);
    run.dispose();
    expect(eventFileNames(new RunFolder('ended'))).toHaveLength(1);
    expect(Math.max(...eventsIn('ended').map(({ step }) => step))).toBe(40);
  });

  it('reads over a file that is empty or foreign', async () => {
    (await train('dqn', 'CartPole-v1', { ...settings, steps: 40, saveTo: 'spoiled' })).dispose();
    const [name] = eventFileNames(new RunFolder('spoiled'));
    truncateSync(join('spoiled', name as string), 0);
    writeFileSync('spoiled/events.out.tfevents.foreign', 'foreign');
    const told: RunEvent[] = [];
    (await resume('spoiled', { steps: 80, onEvent: event => told.push(event) })).dispose();
    expect(told.at(-1)?.step).toBe(80);
    expect(readFileSync('spoiled/events.out.tfevents.foreign', 'utf8')).toBe('foreign');
    expect(eventFileNames(new RunFolder('spoiled'))).toHaveLength(2);
  });
});
