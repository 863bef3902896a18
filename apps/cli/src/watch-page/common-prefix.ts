/** `runs/ppo-` of `runs/ppo-a` and `runs/ppo-b`; nothing of a single name. */
export function commonPrefix(names: readonly string[]): string {
  if (names.length < 2) return '';
  let length = 0;
  while (length < names[0].length && names.every(name => name[length] === names[0][length])) length++;
  return names[0].slice(0, length).replace(/[^-_/ ]*$/, '');
}
