import type { Env, RewardTally } from './env.ts';

/** An environment that counts what it pays. */
export type Tallied<Obs, Act> = Env<Obs, Act> & { readonly rewardTally: RewardTally };

/**
 * The environment itself where it keeps a tally, else the same with one: all else that is asked of it is answered by the
 * environment.
 */
export function withTally<Obs, Act>(env: Env<Obs, Act>): Tallied<Obs, Act> {
  if (keepsTally(env)) return env;
  const rewardTally: RewardTally = { sum: 0, steps: 0 };
  const step: Env<Obs, Act>['step'] = action => {
    const result = env.step(action);
    rewardTally.sum += result.reward;
    rewardTally.steps++;
    return result;
  };
  const own = new Map<PropertyKey, unknown>([
    ['rewardTally', rewardTally],
    ['step', step],
  ]);
  // A proxy of what is frozen may answer nothing else than that would.
  const target = Object.isFrozen(env) ? (Object.create(Object.getPrototypeOf(env)) as Env<Obs, Act>) : env;
  return new Proxy(target, {
    get(_, key) {
      if (own.has(key)) return own.get(key);
      const value: unknown = Reflect.get(env, key, env);
      if (typeof value !== 'function' || key === 'constructor') return value;
      // Methods may use private members, which only the environment itself has.
      const method = value.bind(env);
      own.set(key, method);
      return method;
    },
    set: (_, key, value) => {
      own.delete(key);
      return Reflect.set(env, key, value, env);
    },
    has: (_, key) => own.has(key) || key in env,
  }) as Tallied<Obs, Act>;
}

function keepsTally<Obs, Act>(env: Env<Obs, Act>): env is Tallied<Obs, Act> {
  return env.rewardTally !== undefined;
}
