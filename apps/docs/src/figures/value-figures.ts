import type { Figure } from './figure.ts';
import { meanOfLargest, normalCdf, range, softmax } from './numbers.ts';

/** Two thirds of a distribution's mass on three atoms, moved by a reward and shrunk by a discount, then shared between its neighbours. */
function projection(): { readonly before: number[]; readonly after: number[] } {
  const before = [0, 0.1, 0.2, 0.4, 0.2, 0.1, 0, 0, 0];
  const after = before.map(() => 0);
  for (const [i, mass] of before.entries()) {
    const place = Math.min(before.length - 1, 1.4 + 0.9 * i);
    for (const k of after.keys()) after[k] = (after[k] ?? 0) + mass * Math.max(0, 1 - Math.abs(place - k));
  }
  return { before, after };
}

const { before, after } = projection();

/** Share with which the transition of each rank is drawn. */
function priorities(exponent: number): number[] {
  const weights = range(1, 8).map(rank => (1 / rank) ** exponent);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map(weight => weight / sum);
}

/** Log-probability of the second of two actions times the temperature, kept above −1. */
const scaledLogPolicy = (gap: number, temperature: number) =>
  Math.max(-1, -gap - temperature * Math.log(1 + Math.exp(-gap / temperature)));

const smooth = (x: number) => normalCdf((x - 20) / 7);

/** Pictures of the algorithms that learn action values, by the id of the algorithm. */
export const valueFigures: Readonly<Record<string, Figure>> = {
  'q-learning': {
    kind: 'flow',
    caption:
      'One step of Q-learning. The target takes the largest value of the next state, whatever is played there; only then does the next action come.',
    boxes: {
      state: ['state S', 0, 0],
      action: ['action A\nε-greedy', 1, 0],
      next: ['reward R\nnext state S′', 2, 0],
      best: ['largest\nQ(S′, a)', 2, 1],
      target: ['R + γ max Q', 1, 1],
      cell: ['cell Q(S, A)', 0, 1],
    },
    arrows: [
      ['state', 'action'],
      ['action', 'next'],
      ['next', 'best', 'look up'],
      ['best', 'target', 'γ'],
      ['target', 'cell', 'α'],
      ['cell', 'state'],
    ],
  },
  sarsa: {
    kind: 'flow',
    caption:
      'One step of SARSA: state, action, reward, next state, next action. The target takes the value of the action that will really be played.',
    boxes: {
      state: ['state S', 0, 0],
      action: ['action A\nε-greedy', 1, 0],
      next: ['reward R\nnext state S′', 2, 0],
      played: ['next action A′\nε-greedy', 2, 1],
      target: ['R + γ Q(S′, A′)', 1, 1],
      cell: ['cell Q(S, A)', 0, 1],
    },
    arrows: [
      ['state', 'action'],
      ['action', 'next'],
      ['next', 'played', 'choose'],
      ['played', 'target', 'γ'],
      ['target', 'cell', 'α'],
    ],
  },
  'expected-sarsa': {
    kind: 'bars',
    title: 'Weight of each next action in the target (ε = 0.2, 5 actions)',
    caption:
      'What each of five next actions counts in the target, if the third has the largest value. Expected SARSA sums over all of them; SARSA draws one with these probabilities, and Q-learning counts the best alone.',
    xLabel: 'next action',
    labels: ['1', '2', '3', '4', '5'],
    groups: [
      { name: 'Expected SARSA', heights: [0.04, 0.04, 0.84, 0.04, 0.04] },
      { name: 'Q-learning', heights: [0, 0, 1, 0, 0] },
    ],
  },
  'sarsa-lambda': {
    kind: 'curves',
    title: 'Share of a TD error that earlier pairs get',
    caption:
      'The trace of a pair that was visited k steps ago is (γλ)ᵏ, here for γ = 0.99. With λ = 0 only the last pair learns; with λ = 1 nearly the whole episode does.',
    xLabel: 'steps since the visit',
    yLabel: 'trace',
    from: 0,
    to: 30,
    lines: Object.fromEntries([0.5, 0.8, 0.9, 1].map(lambda => [`λ = ${lambda}`, (k: number) => (0.99 * lambda) ** k])),
  },
  'neural-q-learning': {
    kind: 'flow',
    caption: 'No memory and no second network: the network that is asked for the target is the one that learns from it, at once.',
    boxes: {
      obs: ['observation', 0, 0],
      network: ['network\nor linear map', 1, 0],
      values: ['Q of every\naction', 2, 0],
      env: ['environment', 0, 1],
      error: ['TD error of\nthis step', 1, 1],
      action: ['action\nε-greedy', 2, 1],
    },
    arrows: [
      ['obs', 'network'],
      ['network', 'values'],
      ['values', 'action'],
      ['error', 'network', 'one gradient step'],
      ['env', 'error'],
      ['env', 'obs'],
    ],
  },
  dqn: {
    kind: 'flow',
    caption:
      'Acting and learning meet in the replay memory. Targets come from a copy of the network that is renewed now and then, so they stand still while the network moves towards them.',
    boxes: {
      env: ['environment', 0, 0],
      memory: ['replay memory', 1, 0],
      batch: ['random batch', 2, 0],
      network: ['online network\nθ', 0, 1],
      target: ['target network\nθ⁻', 1, 1],
      loss: ['Huber loss of\nQ(s, a) − y', 2, 1],
    },
    arrows: [
      ['network', 'env', 'ε-greedy'],
      ['env', 'memory'],
      ['memory', 'batch'],
      ['batch', 'loss', 's, a'],
      ['target', 'loss', 'y'],
      ['network', 'target', 'copy'],
    ],
  },
  'double-dqn': {
    kind: 'curves',
    title: 'Largest of n noisy values, truly 0',
    caption:
      'If the values of n actions carry noise of deviation 1, their maximum is too large by this much on average. Choosing by one estimate and valuing by another that errs independently has no such bias.',
    xLabel: 'number of actions n',
    yLabel: 'estimate, truth is 0',
    from: 1,
    to: 20,
    lines: { 'max of one estimate': n => meanOfLargest(n), 'choose by one, value by another': () => 0 },
  },
  'dueling-dqn': {
    kind: 'flow',
    caption:
      'The last hidden layer is cut in two halves. One ends in a single number, the value of the state; the other in one advantage per action, whose mean is taken away.',
    boxes: {
      obs: ['observation', 0, 0],
      hidden: ['shared layers', 0, 1],
      value: ['value stream\nV(s)', 1, 0],
      advantage: ['advantages\nA(s, a)', 1, 1],
      q: ['V + A − mean A', 2, 0],
      centred: ['A − mean A', 2, 1],
    },
    arrows: [
      ['obs', 'hidden'],
      ['hidden', 'value'],
      ['hidden', 'advantage'],
      ['advantage', 'centred'],
      ['value', 'q'],
      ['centred', 'q'],
    ],
  },
  'dueling-double-dqn': {
    kind: 'flow',
    caption:
      'Both networks are dueling ones. The online network chooses the next action, the target network says what it is worth.',
    boxes: {
      next: ['next\nobservation', 0, 0],
      online: ['online dueling\nnetwork', 1, 0],
      choice: ['best action a*', 2, 0],
      target: ['target dueling\nnetwork', 1, 1],
      value: ['Q⁻(s′, a*)', 2, 1],
    },
    arrows: [
      ['next', 'online'],
      ['online', 'choice', 'argmax'],
      ['next', 'target'],
      ['target', 'value'],
      ['choice', 'value'],
    ],
  },
  'prioritized-dqn': {
    kind: 'bars',
    title: 'Share of draws, by rank of the TD error',
    caption:
      'Eight transitions whose TD errors are 1, 1/2, … 1/8. With exponent 0 all are drawn alike; the larger it is, the more the surprising ones are preferred. The importance weight takes the preference out of the gradient again.',
    xLabel: 'rank of the transition by its TD error',
    labels: range(1, 8).map(String),
    groups: [0, 0.6, 1].map(exponent => ({ name: `exponent ${exponent}`, heights: priorities(exponent) })),
  },
  'noisy-dqn': {
    kind: 'curves',
    title: 'How often noise picks the worse action',
    caption:
      'Both values carry independent noise of deviation σ. Where values are close the worse action is tried often, where they are far apart hardly ever; as σ is learned, exploration fades state by state. ε-greedy does not ask how much worse an action is.',
    xLabel: 'how much better the other action is',
    yLabel: 'probability',
    from: 0,
    to: 4,
    lines: {
      'σ = 0.25': gap => normalCdf(-gap / (0.25 * Math.SQRT2)),
      'σ = 0.5': gap => normalCdf(-gap / (0.5 * Math.SQRT2)),
      'σ = 1': gap => normalCdf(-gap / Math.SQRT2),
      'ε = 0.1': () => 0.05,
    },
  },
  c51: {
    kind: 'bars',
    title: 'A distribution, moved by r + γ z and put back on the atoms',
    caption:
      'Left: probabilities of the next state on nine atoms. Right: the same after a reward of 1.4 atoms and a discount of 0.9. Mass that falls between two atoms is shared by distance, so the mean is kept.',
    xLabel: 'atom',
    labels: before.map((_, i) => String(i)),
    groups: [
      { name: 'of the next state', heights: before },
      { name: 'target', heights: after },
    ],
  },
  'qr-dqn': {
    kind: 'curves',
    title: 'A return and five quantiles of it',
    caption:
      'The smooth line is the true distribution function of a return. The steps are what five learned quantiles say: each stands for a fifth of the mass and sits in the middle of it, at shares 0.1, 0.3, … 0.9.',
    xLabel: 'return',
    yLabel: 'share of returns below',
    from: 0,
    to: 40,
    lines: {
      truth: smooth,
      '5 quantiles': x => [0.1, 0.3, 0.5, 0.7, 0.9].filter(share => smooth(x) >= share).length / 5,
    },
  },
  iqn: {
    kind: 'curves',
    title: 'Cosines that read a fraction τ',
    caption:
      'The first four of the cosines cos(π i τ). Few of them make the learned quantile function smooth in τ; many let it wiggle, which has to be unlearned where returns hardly spread.',
    xLabel: 'fraction τ',
    yLabel: 'cos(π i τ)',
    from: 0,
    to: 1,
    lines: Object.fromEntries([0, 1, 2, 3].map(i => [`i = ${i}`, (tau: number) => Math.cos(Math.PI * i * tau)])),
  },
  'munchausen-dqn': {
    kind: 'curves',
    title: 'What a worse action adds to the reward',
    caption:
      'The scaled log-probability [τ ln π(a | s)] of the worse of two actions, cut off at −1. An action that is as good as the other costs almost nothing; one that seems worse is paid less, so its value is pushed further down.',
    xLabel: 'how much worse the action seems',
    yLabel: 'bonus',
    from: 0,
    to: 2,
    lines: Object.fromEntries([0.03, 0.2, 0.5].map(tau => [`τ = ${tau}`, (gap: number) => scaledLogPolicy(gap, tau)])),
  },
  rainbow: {
    kind: 'flow',
    caption: 'Where each of the six improvements sits in the loop of DQN.',
    boxes: {
      env: ['environment', 0, 0],
      steps: ['n-step\nreturns', 1, 0],
      memory: ['prioritized\nmemory', 2, 0],
      network: ['dueling network\nnoisy layers', 0, 1],
      target: ['double choice\nof a*', 1, 1],
      loss: ['loss between\ndistributions', 2, 1],
    },
    arrows: [
      ['network', 'env', 'act by noise'],
      ['env', 'steps'],
      ['steps', 'memory'],
      ['memory', 'loss', 'batch'],
      ['network', 'target'],
      ['target', 'loss'],
    ],
  },
  'discrete-sac': {
    kind: 'curves',
    title: 'Probability of the better of two actions',
    caption:
      'The best soft policy gives an action a probability in proportion to exp(Q / α). At a high temperature even a clear difference leaves both actions likely; a low one is nearly greedy.',
    xLabel: 'difference of their values',
    yLabel: 'probability',
    from: 0,
    to: 3,
    lines: Object.fromEntries(
      [0.1, 0.5, 1, 2].map(alpha => [`α = ${alpha}`, (gap: number) => softmax([gap / alpha, 0])[0] ?? 0]),
    ),
  },
};
