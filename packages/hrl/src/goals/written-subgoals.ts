import { flatDtype, flatSize, InputError, message, type NumericArray, type Space } from '@zpin/contracts';

/** What one number of an observation must be. */
interface Condition {
  /** Place of the number in a flat observation. */
  readonly place: number;
  readonly relation: '<' | '>' | '=';
  readonly bound: number;
}

const NUMBER = '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[+-]?\\d+)?';
const CONDITION = new RegExp(`^(?:(\\d+)\\s*([<>=])\\s*)?(${NUMBER})$`, 'i');

/**
 * `Subgoals` as they are written in settings and on a command line: `key:36` is the observation 36 of a `Discrete` space,
 * `left:0<-0.9` any one whose number 0 (of the flat observation, from 0 on) is below −0.9. `&` joins conditions that must all
 * hold, `top:0>0.4&1>0`; relations are `<`, `>` and `=`.
 * @param where named in errors
 * @throws InputError for a text of another form, a name that comes twice, and a place or observation that the space does not have
 */
export function writtenSubgoals(where: string, texts: readonly string[], observations: Space) {
  const goals = texts.map(text => readSubgoal(where, text, observations));
  const names = goals.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new InputError(message(where, 'sub-goals must have different names', twice, 'Give one of them another name'));
  }
  return {
    names,
    isReached: (goal: number, obs: NumericArray, offset: number) =>
      goals[goal].conditions.every(condition => holds(condition, obs, offset)),
  };
}

function readSubgoal(where: string, text: string, space: Space) {
  const [, name = '', rest = ''] = /^\s*([^:]*[^:\s])\s*:(.*)$/.exec(text) ?? [];
  const conditions = rest.split('&').map(part => readCondition(part.trim(), space));
  const known = conditions.filter(condition => condition !== null);
  if (name !== '' && known.length === conditions.length) return { name, conditions: known };
  const numbers = flatSize(space) === 1 ? 'number 0' : `numbers 0 to ${flatSize(space) - 1}`;
  const what = space.type === 'discrete' ? `observations ${space.start} to ${space.start + space.n - 1}` : numbers;
  const example = space.type === 'discrete' ? `goal:${space.start}` : 'left:0<-0.9 or middle:0>-0.1&0<0.1';
  throw new InputError(message(where, `a sub-goal must be name:condition, of ${what}`, text, `Write it like ${example}`));
}

/** The condition that a text stands for; `null` when it stands for none. */
function readCondition(text: string, space: Space): Condition | null {
  const [, place, relation, number] = CONDITION.exec(text) ?? [];
  if (number === undefined) return null;
  const bound = Number(number);
  if (place === undefined) {
    const isState = space.type === 'discrete' && Number.isInteger(bound) && bound >= space.start && bound < space.start + space.n;
    return isState ? { place: 0, relation: '=', bound } : null;
  }
  if (Number(place) >= flatSize(space)) return null;
  // As observations hold it: no number of single precision is 0.1.
  const seen = flatDtype(space) === 'float32' ? Math.fround(bound) : bound;
  return { place: Number(place), relation: relation as Condition['relation'], bound: seen };
}

function holds({ place, relation, bound }: Condition, obs: NumericArray, offset: number): boolean {
  const number = obs[offset + place];
  if (relation === '=') return number === bound;
  return relation === '<' ? number < bound : number > bound;
}
