import { type BoxSpace, createRows, describeSpace, message, type NumericArray, SpaceError } from '@zpin/contracts';

/**
 * A value of a `Box` of actions made of another one, number by number; rounded where the space is of integers.
 * @param where named in errors @param numberAt the number within the bounds that one of the action stands for
 * @throws SpaceError when the action has another length, or NaN
 */
export function boxValue(
  where: string,
  space: BoxSpace,
  action: NumericArray,
  numberAt: (value: number, index: number) => number,
): NumericArray {
  const value = createRows(space, 1);
  const refuse = (): never => {
    const expectation = `the action must have ${value.length} finite numbers, for ${describeSpace(space)}`;
    throw new SpaceError(message(where, expectation, action, 'Check the policy'));
  };
  if (action?.length !== value.length) refuse();
  for (let i = 0; i < value.length; i++) {
    const number = numberAt(action[i], i);
    // Arrays of integers would take NaN for 0.
    if (Number.isNaN(number)) refuse();
    value[i] = space.dtype === 'float32' ? number : Math.round(number);
  }
  return value;
}
