import type { Figure } from './figure.ts';

const clipped = (ratio: number, advantage: number) =>
  Math.min(ratio * advantage, Math.min(1.2, Math.max(0.8, ratio)) * advantage);

/** Pictures of the algorithms that follow the gradient of a policy, by the id of the algorithm. */
export const policyFigures: Readonly<Record<string, Figure>> = {
  reinforce: {
    kind: 'flow',
    caption: 'Nothing is learned before an episode has ended: only then is it known what followed each step.',
    boxes: {
      policy: ['policy π', 0, 0],
      episode: ['whole episode', 1, 0],
      returns: ['return from each\nstep on, G', 2, 0],
      value: ['baseline v̂', 1, 1],
      weight: ['G − v̂', 2, 1],
      gradient: ['raise log π\nby the weight', 0, 1],
    },
    arrows: [
      ['policy', 'episode', 'plays'],
      ['episode', 'returns'],
      ['returns', 'weight'],
      ['value', 'weight'],
      ['gradient', 'policy', 'Adam'],
    ],
  },
  'actor-critic': {
    kind: 'flow',
    caption:
      'One number, the TD error δ of the last step, teaches both: the critic to predict better, the actor to do more of what went better than predicted.',
    boxes: {
      env: ['environment', 0, 0],
      critic: ['critic v̂(s)', 1, 0],
      error: ['δ = r + γ v̂(s′)\n− v̂(s)', 2, 0],
      actor: ['actor π(a | s)', 0, 1],
      both: ['one step along\nδ ∇log π', 1, 1],
      fit: ['one step along\nδ ∇v̂', 2, 1],
    },
    arrows: [
      ['actor', 'env', 'action'],
      ['env', 'critic', 's, s′'],
      ['critic', 'error'],
      ['error', 'fit'],
      ['error', 'both'],
      ['both', 'actor'],
    ],
  },
  a2c: {
    kind: 'flow',
    caption:
      'All copies of the environment play a few steps with the same parameters, then one gradient is made of everything they saw.',
    boxes: {
      policy: ['policy and value\nθ', 0, 0],
      copies: ['N copies of the\nenvironment', 1, 0],
      rollout: ['N × T steps', 2, 0],
      gradient: ['one mean\ngradient', 0, 1],
      loss: ['policy, value,\nentropy', 1, 1],
      advantage: ['n-step returns\nminus value', 2, 1],
    },
    arrows: [
      ['policy', 'copies'],
      ['copies', 'rollout', 'T steps'],
      ['rollout', 'advantage'],
      ['advantage', 'loss'],
      ['loss', 'gradient'],
      ['gradient', 'policy', 'RMSprop'],
    ],
  },
  a3c: {
    kind: 'flow',
    caption:
      'Every worker is a thread with environments of its own. It copies the shared parameters, plays, and changes them as soon as it has a gradient, without waiting for anybody.',
    boxes: {
      one: ['worker 1\nown copy θ′', 0, 0],
      two: ['worker 2\nown copy θ′', 1, 0],
      three: ['worker W\nown copy θ′', 2, 0],
      shared: ['shared memory\nθ, mean squares', 1, 1],
    },
    arrows: [
      ['shared', 'one'],
      ['one', 'shared'],
      ['shared', 'two', 'copy'],
      ['two', 'shared', 'gradient'],
      ['shared', 'three'],
      ['three', 'shared'],
    ],
  },
  vpg: {
    kind: 'curves',
    title: 'Weight of later TD errors',
    caption:
      'GAE sums TD errors with weights (γλ)ˡ, here for γ = 0.99. Small λ trusts the value function and has little noise; λ near 1 trusts what happened and has little bias.',
    xLabel: 'steps ahead',
    yLabel: 'weight',
    from: 0,
    to: 60,
    lines: Object.fromEntries([0, 0.9, 0.97, 1].map(lambda => [`λ = ${lambda}`, (l: number) => (0.99 * lambda) ** l])),
  },
  npg: {
    kind: 'curves',
    title: 'Divergence of a shift of the mean by 0.1',
    caption:
      'The divergence between two normal policies whose means differ by 0.1, by their deviation. The same step of a parameter is harmless to a wide policy and enormous to a narrow one; the natural gradient measures steps by the divergence instead.',
    xLabel: 'deviation of the policy',
    yLabel: 'divergence in nats',
    from: 0.05,
    to: 1,
    lines: { 'KL of a shift of 0.1': deviation => 0.01 / (2 * deviation ** 2) },
  },
  trpo: {
    kind: 'curves',
    title: 'Along the step (schematic)',
    caption:
      'A schematic line search. The gain that is really made (measured on the rollout) grows, then falls; the divergence rises as the square of the step. The largest fraction of the step that gains and stays below the limit is taken.',
    xLabel: 'fraction of the step',
    yLabel: 'in units of the limit',
    from: 0,
    to: 1,
    lines: {
      'gain of the surrogate': x => 2.6 * x - 1.9 * x * x,
      divergence: x => 1.35 * x * x,
    },
    reference: { name: 'limit maxKl', value: 1 },
  },
  ppo: {
    kind: 'curves',
    title: 'The clipped objective (ε = 0.2)',
    caption:
      'For an action that was better than average the objective stops growing once its ratio is above 1 + ε; for a worse one, once it is below 1 − ε. Past the bend there is no gradient, so nothing drives the policy further. On the wrong side the slope stays, so mistakes can be undone.',
    xLabel: 'ratio π / π old',
    yLabel: 'objective',
    from: 0.4,
    to: 1.6,
    lines: { 'advantage 1': ratio => clipped(ratio, 1), 'advantage −1': ratio => clipped(ratio, -1) },
  },
  'ppo-penalty': {
    kind: 'curves',
    title: 'Factor on β after an update',
    caption:
      'If an update moved the policy by more than 1.5 times the target, the penalty is doubled for the next one; if by less than two thirds, it is halved; in between it stays.',
    xLabel: 'divergence of the update / targetKl',
    yLabel: 'factor on β',
    from: 0,
    to: 3,
    lines: { 'next β / β': ratio => (ratio > 1.5 ? 2 : ratio < 1 / 1.5 ? 0.5 : 1) },
  },
  dppo: {
    kind: 'flow',
    caption:
      'Workers only play. The learner sends them parameters and noise, puts their parts of the rollout together in a fixed order, and learns as PPO does.',
    boxes: {
      learner: ['learner\nPPO epochs', 1, 0],
      one: ['worker 1\nits environments', 0, 1],
      two: ['worker W\nits environments', 2, 1],
      table: ['one rollout\n[T, N]', 1, 2],
    },
    arrows: [
      ['learner', 'one', 'θ, noise'],
      ['learner', 'two', 'θ, noise'],
      ['one', 'table'],
      ['two', 'table'],
      ['table', 'learner'],
    ],
  },
  'recurrent-ppo': {
    kind: 'flow',
    caption:
      'A sequence of L steps. It begins with the memory that the old policy had there; gradients flow back along the row of memories. Where an episode begins the memory is set to 0.',
    boxes: {
      m0: ['stored memory', 0, 0],
      m1: ['cell, step 1', 1, 0],
      m2: ['cell, step L', 2, 0],
      o1: ['observation', 1, 1],
      o2: ['observation', 2, 1],
      out: ['policy and value\nat every step', 0, 1],
    },
    arrows: [
      ['m0', 'm1', '0 at a start'],
      ['m1', 'm2', '…'],
      ['o1', 'm1'],
      ['o2', 'm2'],
      ['m1', 'out'],
    ],
  },
};
