export type { PolicyInfo } from './policy-info.ts';
export { listPolicies, type PolicyCaller, type PretrainedPolicy, pretrainedPolicy } from './pretrained-policy.ts';
