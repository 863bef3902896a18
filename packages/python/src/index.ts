export { gymnasiumFamily, makeGymnasiumEnv, makeGymnasiumVectorEnv, registerGymnasium } from './gymnasium.ts';
export type { PythonCopies } from './python-copies.ts';
export { PythonEnv, PythonGoalEnv } from './python-env.ts';
export { PythonVectorEnv } from './python-vector-env.ts';
