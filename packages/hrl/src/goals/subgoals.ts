import { type EnvSpec, InputError, message, type NumericArray } from '@zpin/contracts';
import { writtenSubgoals } from './written-subgoals.ts';

/** G sub-goals of an environment: what a controller can be asked for, and when it has got there. */
export interface Subgoals {
  /** One for each sub-goal. */
  readonly names: readonly string[];
  /**
   * The goal-reached critic.
   * @param goal index of a sub-goal
   * @param obs flat observations
   * @param offset place of the first number of the observation in question
   */
  isReached(goal: number, obs: NumericArray, offset: number): boolean;
  /** What the controller sees of each sub-goal: `[G, E]`, row by row; one-hot when omitted. */
  readonly encoding?: Float32Array;
}

/** Makes the sub-goals of an environment, whose spec says what its options made of its spaces. */
export type MakeSubgoals = (spec: EnvSpec) => Subgoals;

/** Sub-goals that are single observations of a `Discrete` space, by name. */
export function observationsAsSubgoals(observations: Readonly<Record<string, number>>): Subgoals {
  const wanted = Object.values(observations);
  return { names: Object.keys(observations), isReached: (goal, obs, offset) => obs[offset] === wanted[goal] };
}

const registry = new Map<string, MakeSubgoals>([
  // Every state is one, as in the experiment of Kulkarni et al.
  ['StochasticChain-v0', () => observationsAsSubgoals({ s1: 0, s2: 1, s3: 2, s4: 3, s5: 4, s6: 5 })],
  // On the map with 36 free cells: where places of others are, only who draws them knows.
  [
    'KeyDoor-v0',
    ({ observationSpace: space }) =>
      observationsAsSubgoals(space.type === 'discrete' && space.n === 72 ? { key: 36, door: 60, treasure: 42 } : {}),
  ],
  // The doorways; the eastern one is the goal, unless an option moves it.
  ['FourRooms-v0', () => observationsAsSubgoals({ north: 25, west: 51, east: 62, south: 88 })],
]);

/**
 * Says what the sub-goals of an environment are.
 * @param id of the environment
 * @throws InputError when it has some already
 */
export function registerSubgoals(id: string, make: MakeSubgoals): void {
  if (registry.has(id)) {
    throw new InputError(
      message('registerSubgoals', 'the environment must have no sub-goals yet', id, 'Register others by a new id'),
    );
  }
  registry.set(id, make);
}

/**
 * The sub-goals of an environment: those that are written, as `writtenSubgoals` says, else those that are registered.
 * @param where named in the error @throws InputError when there are none, or their encoding does not fit
 */
export function subgoalsOf(where: string, spec: EnvSpec, written: readonly string[] = []): Subgoals {
  if (written.length > 0) return writtenSubgoals(where, written, spec.observationSpace);
  const make = registry.get(spec.id);
  if (!make) {
    const known = [...registry.keys()].join(', ');
    const remedy = `Write them as the setting subgoals, name them with registerSubgoals('${spec.id}', …), or use one of ${known}`;
    throw new InputError(message(where, `${spec.id} must have sub-goals`, 'none', remedy));
  }
  const subgoals = make(spec);
  const { names, encoding } = subgoals;
  if (names.length === 0 || (encoding && (encoding.length === 0 || encoding.length % names.length !== 0))) {
    const expectation = `sub-goals of ${spec.id} must be one or more, with as many numbers of encoding each`;
    const found = `${names.length} sub-goals and ${encoding?.length ?? 'no'} numbers`;
    throw new InputError(message(where, expectation, found, 'Write them as the setting subgoals, or look at registerSubgoals'));
  }
  return subgoals;
}
