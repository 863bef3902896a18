export { ArrayEnv } from './base/array-env.ts';
export type { RowEnv } from './base/row-env.ts';
export * from './box2d/index.ts';
export { type CheckOptions, checkEnv, type Violation } from './check-env.ts';
export * from './classic/index.ts';
export { type AnyEnv, type EnvEntry, type EnvOptions, type EnvRequirement, optionsOf } from './env-entry.ts';
export type { EnvFamily, FamilyCopies } from './env-family.ts';
export * from './goal/index.ts';
export * from './minatar/index.ts';
export * from './mujoco/index.ts';
export {
  envFamilyOf,
  listEnvFamilies,
  listEnvs,
  loadEnv,
  makeEnv,
  makeVectorEnv,
  nearestEnv,
  registerEnv,
  registerEnvFamily,
} from './registry.ts';
export { Canvas, type Color } from './render/canvas.ts';
export { encodeGif, GifEncoder } from './render/gif.ts';
export { encodePng } from './render/png.ts';
export * from './tabular/index.ts';
export * from './vector/index.ts';
export * from './wrappers/index.ts';
