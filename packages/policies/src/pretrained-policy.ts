import { InputError, message, nearestName, type Policy } from '@zpin/contracts';
import { decodePolicy } from '@zpin/core';
import { catalog } from './catalog.ts';
import type { PolicyInfo } from './policy-info.ts';

/** A trained policy and what is known about it. */
export interface PretrainedPolicy {
  readonly info: PolicyInfo;
  /** To act with: `policyActor` of `@zpin/core` takes it, `exportOnnx` too. */
  readonly policy: Policy;
}

/** How errors speak of whoever asks for a policy. */
export interface PolicyCaller {
  /** Function or command. */
  readonly where: string;
  /** How to see all policies, as a clause: `listPolicies() shows all`. */
  readonly listPolicies: string;
}

const library: PolicyCaller = { where: 'pretrainedPolicy', listPolicies: 'listPolicies() shows all' };

/** Names offered to whoever asks for one that is not there. */
const OFFERED = 8;

/** What is known about all policies, in the order of their names. Loads none of them. */
export function listPolicies(): readonly PolicyInfo[] {
  return catalog.map(([info]) => info);
}

/**
 * Loads one policy. The others are not touched: bundlers put each into a chunk of its own.
 *
 * ```ts
 * const { policy } = await pretrainedPolicy('ppo/CartPole-v1');
 * const actor = policyActor(policy, { algorithms: [ppo], engine: await createEngine() });
 * ```
 * @param id algorithm and environment: `ppo/CartPole-v1` @param names how errors call the caller, and what shows all policies
 * @throws InputError when there is no such policy, naming those nearby
 */
export async function pretrainedPolicy(id: string, names: PolicyCaller = library): Promise<PretrainedPolicy> {
  const entry = catalog.find(([info]) => info.id === id);
  if (!entry) {
    const remedy = nearbyText(id, names.listPolicies);
    throw new InputError(message(names.where, 'the policy must be one of @zpin/policies', id, remedy));
  }
  const [info, load] = entry;
  const { policy } = await load();
  return { info, policy: decodePolicy(bytesOf(policy), `the policy ${id}`) };
}

/** What else there is: the name that was meant, else what the same algorithm plays, or who else plays in the environment. */
function nearbyText(id: string, showsAll: string): string {
  const names = listPolicies().map(info => info.id);
  const near = nearestName(id, names);
  const [algorithm, ...rest] = id.split('/');
  const env = rest.join('/');
  const related = listPolicies().filter(info => info.algorithm === algorithm || info.env === env);
  const others = related.map(info => info.id).filter(name => name !== near);
  const more = others.length > OFFERED ? `${others.slice(0, OFFERED).join(', ')}, …` : others.join(', ');
  if (near) return more ? `Did you mean ${near}? Others: ${more}` : `Did you mean ${near}`;
  return others.length > 0 ? `There are ${more}` : showsAll;
}

/** Bytes of a text in base64. */
function bytesOf(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
