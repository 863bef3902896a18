import type { Policy } from '@zpin/contracts';
import { readBytes } from '../checkpoint/read-bytes.ts';
import { writeFileAtomic } from '../checkpoint/write-file-atomic.ts';
import { type PolicyActor, type PolicyActorOptions, policyActor } from './policy-actor.ts';
import { decodePolicy, encodePolicy } from './policy-bytes.ts';

/** Writes a policy in one step; a file already at `path` stays whole until the new one is safe on the disk. */
export function savePolicy(path: string, policy: Policy): void {
  writeFileAtomic(path, encodePolicy(policy));
}

/**
 * Reads a policy that `savePolicy` wrote and makes it act.
 *
 * ```ts
 * const actor = loadPolicy('policy.bin', { algorithms: [ppo], engine });
 * const { meanReturn } = await evaluate(actor, makeVectorEnv(actor.policy.spec.id, 8), 100, seed);
 * ```
 * @throws CheckpointError when the file cannot be read, is torn or foreign, or none of the algorithms trained the policy
 */
export function loadPolicy(path: string, options: PolicyActorOptions): PolicyActor {
  return policyActor(decodePolicy(readBytes(path), path), options);
}
