import { createRows, type FlatPart, flatBounds, flatLayout, type VectorEnv } from '@zpin/contracts';

/**
 * Bounds of all actions of a step, `[N, K]` each, and an array for the clipped ones; null when there is nothing to clip. Choices lie
 * within theirs already.
 */
export function actionBounds({ spec: { actionSpace }, numEnvs }: VectorEnv) {
  const isBounded = ({ space }: FlatPart) => space.type === 'box' && [...space.low, ...space.high].some(Number.isFinite);
  if (!flatLayout(actionSpace).some(isBounded)) return null;
  const { low, high } = flatBounds(actionSpace);
  const clipped = createRows(actionSpace, numEnvs);
  const repeat = (bound: Float64Array) => clipped.slice().map((_, i) => bound[i % bound.length]);
  return { low: repeat(low), high: repeat(high), clipped };
}
