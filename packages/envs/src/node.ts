export { makeWorkerVectorEnv, type WorkerOptions, WorkerVectorEnv } from './vector/worker-vector-env.ts';
