import { checkSpace, type EnvSpec } from '@zpin/contracts';

/** Whether an environment has spaces: those that were written by hand may be none. @throws SpaceError naming the first part that is wrong */
export function checkSpaces({ id, observationSpace, actionSpace }: EnvSpec): void {
  checkSpace(id, 'spec.observationSpace', observationSpace);
  checkSpace(id, 'spec.actionSpace', actionSpace);
}
