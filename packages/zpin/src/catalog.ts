/** What there is, without loading TensorFlow.js: for command lines and pages that show it. */
export {
  type AlgorithmId,
  algorithmIds,
  type ConfigOfAlgorithm,
  isAlgorithmId,
  loadAlgorithm,
  packageOfAlgorithm,
} from './algorithms.ts';
export { isEnvFile } from './env-file.ts';
export { isPolicyName } from './policy-name.ts';
export { DEFAULT_EVALUATION_EPISODES, DEFAULT_STEPS, EVALUATION_COPIES, FILM_FORMATS, type FilmFormat } from './run-defaults.ts';
