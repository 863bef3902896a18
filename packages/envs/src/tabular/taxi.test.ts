import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace, type TraceEpisode } from '../../test/trace.ts';
import { makeEnv, makeVectorEnv } from '../registry.ts';
import { Taxi } from './taxi.ts';

describe('Taxi', () => {
  it.each(readTrace('Taxi-v4').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new Taxi(), episode, 0);
  });

  it('drifts in the rain as Gymnasium does', () => {
    const { model } = new Taxi(undefined, { isRainy: true });
    const places = (place: number, action: number) =>
      model.outcomes(place * 20 + 1, action).map(({ next }) => Math.floor(next / 20));
    const recorded = readTrace<number[][][]>('taxi-rain');
    expect(recorded.map((_, place) => [0, 1, 2, 3].map(action => places(place, action)))).toEqual(recorded);
    expect(model.outcomes(0, 2).map(({ probability }) => probability)).toEqual([0.8, 0.1, 0.1]);
  });

  it('masks the actions that would change nothing', () => {
    const env = new Taxi();
    for (let seed = 0; seed < 30; seed++) {
      const { obs, info } = env.reset({ seed });
      const changes = [0, 1, 2, 3, 4, 5].map(action => +env.model.outcomes(obs, action).some(({ next }) => next !== obs));
      expect([...(info.actionMask ?? [])]).toEqual(changes);
    }
  });

  it('hands masks to vector steps', () => {
    const vector = makeVectorEnv('Taxi-v4', 2);
    const out = vector.createStep();
    vector.reset(out, [5, 6]);
    const single = makeEnv('Taxi-v4');
    expect(out.actionMask?.slice(6)).toEqual(single.reset({ seed: 6 }).info.actionMask);
    vector.step(Int32Array.of(0, 1), out);
    expect(out.actionMask?.slice(6)).toEqual(single.step(1).info.actionMask);
  });
});

describe('tabular environments with options', () => {
  const { runs } = readTrace<{ runs: { id: string; options: object; episodes: TraceEpisode[] }[] }>('tabular-options');
  it.each(runs)('$id $options plays as recorded', ({ id, options, episodes }) => {
    for (const episode of episodes) expectTrace(makeEnv(id, { ...options }), episode, 0);
  });
});
