import { describe, expect, it } from 'vitest';
import { readTrace } from '../../test/trace.ts';
import { checkEnv } from '../check-env.ts';
import { Blackjack, type BlackjackOptions, blackjackV1 } from './blackjack.ts';

interface Game {
  readonly seed: number;
  readonly obs0: readonly number[];
  readonly actions: readonly number[];
  readonly obs: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly terminated: readonly boolean[];
}

interface Recording {
  readonly runs: readonly {
    readonly options: Partial<BlackjackOptions>;
    /** Games from one seed, one after the other. */
    readonly games: readonly (readonly Game[])[];
  }[];
}

/** A generator whose next cards are known: indices of the deck, then zeros. */
function dealt(env: Blackjack, cards: readonly number[]): Blackjack {
  env.reset({ seed: 0 });
  // Number of cards and cards of the player, then those of the dealer.
  const world = new Int32Array(46);
  world.set([2, cards[0] as number, cards[1] as number]);
  world.set([2, cards[2] as number, cards[3] as number], 23);
  env.restore({ ...env.state(), world });
  return env;
}

describe('Blackjack', () => {
  const { runs } = readTrace<Recording>('Blackjack-v1');

  it.each(runs)('plays as recorded with $options', ({ options, games }) => {
    for (const series of games) {
      const env = new Blackjack(blackjackV1, options);
      for (const [i, { seed, obs0, actions, obs, rewards, terminated }] of series.entries()) {
        expect(env.reset(i === 0 ? { seed } : {}).obs).toEqual(obs0);
        const results = actions.map(action => env.step(action));
        expect(results.map(result => result.obs)).toEqual(obs);
        expect(results.map(result => result.reward)).toEqual(rewards);
        expect(results.map(result => result.terminated)).toEqual(terminated);
      }
    }
  });

  it.each([
    ['an ace and a ten beat 21 of three cards', {}, [1, 10, 10, 10], 1],
    ['an ace and a ten of both are a draw', {}, [10, 1, 1, 10], 0],
    ['an ace and a ten pay 1.5 where that is asked for', { sab: false, natural: true }, [1, 10, 10, 10], 1.5],
    ['but not by the rules of Sutton and Barto', { sab: true, natural: true }, [1, 10, 10, 10], 1],
    ['20 beats 19', {}, [10, 10, 9, 10], 1],
    ['18 loses to 19', {}, [8, 10, 9, 10], -1],
  ])('%s', (_, options, cards, reward) => {
    expect(dealt(new Blackjack(blackjackV1, options), cards).step(0)).toMatchObject({ reward, terminated: true });
  });

  it('counts an ace as 11 while that does not break the hand', () => {
    expect(dealt(new Blackjack(), [1, 5, 10, 10]).step(1).obs).toEqual([expect.any(Number), 10, expect.any(Number)]);
    const env = dealt(new Blackjack(), [1, 6, 7, 10]);
    const { obs, reward, terminated } = env.step(1);
    // A soft 17: no card breaks it.
    expect([reward, terminated, obs[1]]).toEqual([0, false, 7]);
  });

  it('keeps the contract, and shows the second card of the dealer only at the end', () => {
    expect(checkEnv(new Blackjack())).toEqual([]);
    const env = dealt(new Blackjack(), [10, 10, 9, 10]);
    const pixel = () => {
      const { width, data } = env.render();
      return [...data.slice((22 * width + 100) * 3, (22 * width + 100) * 3 + 3)];
    };
    expect(pixel()).toEqual([120, 40, 50]);
    env.step(0);
    expect(pixel()).toEqual([250, 250, 245]);
  });
});
