import type { AgentState, EnvSpec, OffPolicyAgent } from '@zpin/contracts';
import type { Algorithm, PolicyOptions } from '@zpin/core';

/**
 * Makes the outputs of both networks the same in all states and known: the biases of the last layer as given, all else 0. Those
 * of a dueling network belong to the advantages; they stay as they are where their mean over actions is 0.
 */
export async function setBiases(
  agent: OffPolicyAgent,
  {
    algorithm,
    spec,
    online,
    target,
  }: { algorithm: Algorithm; spec: EnvSpec; online: readonly number[]; target: readonly number[] },
): Promise<void> {
  const options = { spec, config: agent.config } as PolicyOptions<unknown>;
  const { layout } = (algorithm as Required<Algorithm>).policy(options);
  const last = layout.entries.filter(({ name }) => name.endsWith('/bias')).at(-1);
  if (last?.shape[0] !== online.length) throw new Error(`setBiases: ${online.length} biases do not fit ${last?.shape}`);
  const { offset } = last;
  const parameters = (biases: readonly number[]) => {
    const flat = new Float32Array(layout.size);
    flat.set(biases, offset);
    return flat;
  };
  const state = await agent.state();
  const vectors = { ...(state.vectors as AgentState), online: parameters(online), target: parameters(target) };
  await agent.restore({ ...state, vectors });
}
