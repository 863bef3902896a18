// Settings of MuJoCo's tasks as the presets for Hopper have them, which were tuned for no other body.
const normalized = '--normalize-observations --normalize-rewards';
const trpo = (gamma = 0.995) =>
  `trpo --num-envs 2 --rollout-length 1024 --gamma ${gamma} --lambda 0.97 --cg-iterations 15 --value-epochs 20 ${normalized}`;
const ppo = `ppo --learning-rate type=linear,from=0.0003,to=0 ${normalized}`;
/** The preset for MinAtar/Breakout-v1, in a third of its steps. */
const minAtar = [
  'dqn --steps 300000 --learning-rate type=linear,from=0.0005,to=0 --batch-size 32 --buffer-size 100000 --learning-starts 5000',
  '--gamma 0.99 --target-update-every-steps 1000 --train-every-steps 2 --gradient-steps 1 --n-steps 3 --double',
  '--exploration-fraction 0.2 --epsilon-end 0.02 --hidden-sizes 128',
].join(' ');
/** The preset of DDPG for FetchReach-v4, without bounds of values: these rewards are other ones. */
const reach = [
  'ddpg --steps 10000 --critic-learning-rate 0.001 --actor-learning-rate 0.001 --gamma 0.98 --tau 0.05 --noise-scale 0.2',
  '--random-action-probability 0.3 --action-penalty 1 --normalize-observations',
  '--observation-clip 5 --learning-starts 500 --hidden-sizes 64,64',
].join(' ');

/**
 * What trains an agent to be filmed, where `@zpin/policies` has no plain one: algorithm and flags of `zpin train`. Presets where there are
 * some; elsewhere settings of a task like it, which were not tuned.
 */
export const filmRecipes: Readonly<Record<string, string>> = {
  'Corridor-v0': 'q-learning --steps 5000',
  'Maze-v0': 'neural-q-learning',
  'GridWorld-v0': 'neural-q-learning',
  'FourRooms-v0': 'option-critic',
  'StochasticChain-v0': 'h-dqn',
  'KeyDoor-v0': 'h-dqn',
  'BitFlip-v0': 'dqn',
  'Blackjack-v1': 'ppo --steps 200000 --num-envs 8 --rollout-length 128 --batch-size 256 --gamma 1 --entropy-coefficient 0',
  'CliffWalkingSlippery-v1': 'q-learning --steps 500000 --learning-rate type=linear,from=0.2,to=0 --gamma 0.99',
  'FrozenLake8x8-v1':
    'q-learning --steps 3000000 --learning-rate type=linear,from=0.2,to=0 --gamma 0.999 --exploration-fraction 1 --epsilon-end 0',
  'Taxi-v3': 'q-learning --steps 500000 --learning-rate 0.3 --gamma 0.99 --epsilon-end 0 --exploration-fraction 0.8',
  'CartPole-v0': 'ppo --steps 100000 --num-envs 8 --rollout-length 32 --batch-size 256 --epochs 20 --gamma 0.98 --lambda 0.8',
  'FetchReach-v4': 'ddpg',
  'FetchPush-v4': 'ddpg --seed 1003',
  'FetchPickAndPlace-v4': 'ddpg',
  'FetchSlide-v4': 'ddpg',
  'FetchReachDense-v4': reach,
  'PointMaze-v0': 'sac --steps 100000 --her future:4 --learning-starts 1000 --hidden-sizes 64,64 --batch-size 128 --gamma 0.98',
  'InvertedPendulum-v5': `${ppo} --steps 200000`,
  'Reacher-v5': `${ppo} --steps 500000`,
  'InvertedDoublePendulum-v5': `${ppo} --steps 500000`,
  'Swimmer-v5': `${trpo(0.9999)} --steps 500000`,
  'HalfCheetah-v5': `${ppo} --steps 1000000`,
  'Pusher-v5': `${ppo} --steps 500000`,
  'Atari/Catch-v5': 'double-dqn',
  'Atari/Bricks-v5': 'dqn --steps 160000 --seed 1002',
  'MinAtar/Breakout-v1': minAtar,
  'MinAtar/SpaceInvaders-v1': minAtar,
  'MinAtar/Asterix-v1': minAtar,
  'MinAtar/Freeway-v1': minAtar,
  'MinAtar/Seaquest-v1': minAtar,
  'Walker2d-v5': `${trpo()} --steps 1000000`,
  'BipedalWalker-v3': `${trpo()} --steps 1000000`,
  'CarRacing-v3': 'ppo --seed 2',
  'BipedalWalkerHardcore-v3': `${trpo()} --steps 2000000`,
  'Ant-v5': `${ppo} --steps 1000000`,
  'Humanoid-v5': `${ppo} --steps 1000000`,
  'HumanoidStandup-v5': `${ppo} --steps 500000`,
};
