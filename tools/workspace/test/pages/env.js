import { CartPole } from '@zpin/envs';

const env = new CartPole();
const { obs } = env.reset({ seed: 123 });
globalThis.result = { obs: Array.from(obs), next: Array.from(env.step(1).obs) };
