import { library } from '../../tools/build-preset/index.ts';

export default library({
  neutral: {
    index: 'src/index.ts',
    box2d: 'src/box2d/index.ts',
    classic: 'src/classic/index.ts',
    goal: 'src/goal/index.ts',
    minatar: 'src/minatar/index.ts',
    mujoco: 'src/mujoco/index.ts',
    tabular: 'src/tabular/index.ts',
    vector: 'src/vector/index.ts',
    wrappers: 'src/wrappers/index.ts',
  },
  node: { node: 'src/node.ts', 'env-worker': 'src/vector/env-worker.ts' },
});
