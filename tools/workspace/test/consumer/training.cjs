/** A short training with what a user imported, in whichever way he did. */
exports.training = async ({ createEngine, makeVectorEnv, ppo }) => {
  const env = makeVectorEnv('CartPole-v1', 4);
  const engine = await createEngine('onnx');
  const agent = await ppo.create({
    spec: env.spec,
    config: { numEnvs: 4, rolloutLength: 128, learningRate: 1e-3 },
    seed: 1,
    engine,
  });
  const returns = [];
  let steps = 0;
  for await (const event of ppo.train({ agent, env, totalSteps: 8192, seed: 1 })) {
    if (event.type === 'episode') returns.push(event.episodeReturn);
    steps = event.step;
  }
  const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { steps, episodes: returns.length, earlyReturn: mean(returns.slice(0, 20)), lateReturn: mean(returns.slice(-20)) };
};

/** Two threads with an environment, and two with workers of DPPO. */
exports.inThreads = async ({ createEngine, makeVectorEnv, makeWorkerVectorEnv, dppo }) => {
  const env = await makeWorkerVectorEnv('CartPole-v1', 4, {}, { workers: 2 });
  const step = env.createStep();
  env.reset(step, 1);
  for (let i = 0; i < 50; i++) env.step(Int32Array.of(0, 1, i % 2, 1), step);
  env.close();
  const local = makeVectorEnv('CartPole-v1', 4);
  const config = { workers: 2, numEnvs: 4, rolloutLength: 16 };
  const agent = await dppo.create({ spec: local.spec, config, seed: 1, engine: await createEngine('onnx') });
  let last = {};
  for await (const event of dppo.train({ agent, env: local, totalSteps: 256, seed: 1 })) {
    if (event.type === 'update') last = { step: event.step, metrics: await event.metrics.read() };
  }
  return { obs: Array.from(step.obs), last };
};
