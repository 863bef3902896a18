import type { Agent, AgentState } from '@zpin/contracts';
import type { Memory } from '@zpin/core';

type Vectors = Readonly<Record<string, Float32Array>>;

/** Agents that make up one. */
type Agents = Readonly<Record<string, Pick<Agent, 'state' | 'restore'>>>;

/**
 * The state of several agents as that of one: their vectors together, under names that begin with `<agent>.`, what else each has
 * under its name, and what is remembered beside them.
 */
export async function jointState(agents: Agents, memory: Memory): Promise<AgentState> {
  const vectors: Record<string, Float32Array> = {};
  const rest: Record<string, AgentState[string]> = {};
  for (const [agent, part] of Object.entries(agents)) {
    const { vectors: own, ...others } = await part.state();
    for (const [name, values] of Object.entries(own as Vectors)) vectors[`${agent}.${name}`] = values;
    rest[agent] = others;
  }
  for (const [name, thing] of Object.entries(memory)) rest[name] = thing.state();
  return { vectors, ...rest };
}

/** Takes back what `jointState` returned. */
export async function restoreJointState(agents: Agents, memory: Memory, state: AgentState): Promise<void> {
  const vectors = Object.entries(state.vectors as Vectors);
  for (const [agent, part] of Object.entries(agents)) {
    const prefix = `${agent}.`;
    const own = vectors.filter(([name]) => name.startsWith(prefix)).map(([name, values]) => [name.slice(prefix.length), values]);
    await part.restore({ ...(state[agent] as AgentState), vectors: Object.fromEntries(own) });
  }
  for (const [name, thing] of Object.entries(memory)) thing.restore(state[name] as never);
}
