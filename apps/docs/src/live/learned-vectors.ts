import type { Agent } from '@zpin/contracts';

/** All that an agent has learned, network by network. @throws Error when its state holds something else */
export async function learnedVectors(agent: Agent): Promise<ReadonlyMap<string, Float32Array>> {
  const { vectors } = await agent.state();
  const found = new Map<string, Float32Array>();
  for (const [name, vector] of Object.entries(vectors ?? {})) {
    if (!(vector instanceof Float32Array)) throw new Error(`learnedVectors: ${name} must be a Float32Array, got ${vector}.`);
    found.set(name, vector);
  }
  return found;
}

/** One of them. @throws Error when there is none of that name */
export function vectorOf(vectors: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const vector = vectors.get(name);
  if (vector) return vector;
  throw new Error(`vectorOf: the vector must be one of ${[...vectors.keys()].join(', ')}, got ${name}.`);
}
