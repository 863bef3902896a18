const frozen = new WeakSet<ArrayBufferView>();

/**
 * Gives the word that the numbers of an array never change from now on: JavaScript itself cannot freeze a typed array. So a snapshot
 * may hold the array instead of a copy, who restores it may keep it, and a checkpoint writes it to the disk once. Who has more to
 * write takes a copy first.
 * @returns the array
 */
export function freezeArray<A extends ArrayBufferView>(array: A): A {
  frozen.add(array);
  return array;
}

/** Whether the word was given that an array does not change. */
export function isFrozenArray(array: ArrayBufferView): boolean {
  return frozen.has(array);
}
