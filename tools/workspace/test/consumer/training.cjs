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
