import { expect, it } from 'vitest';
import type { Env, EnvSpec, EnvState, StepResult } from './env.ts';
import { discrete } from './spaces/create.ts';
import { type Tallied, withTally } from './with-tally.ts';

const spec: EnvSpec = {
  id: 'Shop-v0',
  observationSpace: discrete(1),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** Pays the action, and keeps all that it does to itself. */
class Shop implements Env<number, number> {
  readonly spec = spec;
  note = 'open';
  #sold = 0;

  get sold(): number {
    return this.#sold;
  }

  set sold(value: number) {
    this.#sold = value;
  }

  reset() {
    this.#sold = 0;
    return { obs: 0, info: {} };
  }

  step(action: number): StepResult<number> {
    this.#sold++;
    return { obs: 0, reward: action, terminated: false, truncated: false, info: {} };
  }

  state(): EnvState {
    return { sold: this.#sold };
  }

  restore(state: EnvState): void {
    this.#sold = state.sold as number;
  }
}

it('counts what an environment pays, and is that environment in all else', () => {
  const shop = new Shop();
  const counted = withTally(shop) as Shop & Tallied<number, number>;
  counted.reset();
  for (const action of [2, 1, 2]) expect(counted.step(action).reward).toBe(action);
  expect(counted.rewardTally).toEqual({ sum: 5, steps: 3 });
  expect([counted.sold, counted.note, counted.spec]).toEqual([3, 'open', spec]);
  counted.sold = 7;
  counted.note = 'closed';
  expect([shop.sold, shop.note]).toEqual([7, 'closed']);
  counted.restore({ sold: 4 });
  expect(counted.state()).toEqual({ sold: 4 });
  expect([counted instanceof Shop, counted.constructor, 'rewardTally' in counted, 'render' in counted]).toEqual([
    true,
    Shop,
    true,
    false,
  ]);
  expect(counted.state).toBe(counted.state);
});

it('takes the tally of an environment that keeps one', () => {
  const shop = withTally(new Shop());
  expect(withTally(shop)).toBe(shop);
});

it('counts what a frozen environment pays', () => {
  const paid: number[] = [];
  const env = withTally<number, number>(
    Object.freeze({
      spec,
      reset: () => ({ obs: 0, info: {} }),
      step: (action: number) => {
        paid.push(action);
        return { obs: 0, reward: action, terminated: false, truncated: false, info: {} };
      },
    }),
  );
  env.reset();
  env.step(2);
  env.step(1);
  expect([env.spec.id, env.rewardTally, paid, 'step' in env, env.state]).toEqual([
    'Shop-v0',
    { sum: 3, steps: 2 },
    [2, 1],
    true,
    undefined,
  ]);
});
