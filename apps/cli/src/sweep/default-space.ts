import type { DescribedField } from '@zpin/contracts';
import { describeField } from '@zpin/contracts';
import { isObject, type JsonObject } from '@zpin/sweep';

/** What is searched where a sweep does not say: settings that matter most often, in ranges that are usual for them. */
const USUAL: Readonly<Record<string, JsonObject>> = {
  learningRate: { low: 1e-5, high: 1e-2, log: true },
  policyLearningRate: { low: 1e-5, high: 1e-2, log: true },
  valueLearningRate: { low: 1e-5, high: 1e-2, log: true },
  gamma: { choices: [0.9, 0.95, 0.98, 0.99, 0.995, 0.999] },
  lambda: { choices: [0.8, 0.9, 0.95, 0.98, 1] },
  clipRange: { low: 0.1, high: 0.4 },
  entropyCoefficient: { low: 1e-8, high: 1e-1, log: true },
  rolloutLength: { choices: [32, 64, 128, 256] },
  epochs: { low: 1, high: 20, log: true },
  tau: { low: 0.001, high: 0.1, log: true },
};

/** What a step size of its own stands beside. */
const PARTS: Readonly<Record<string, string>> = { policyLearningRate: 'learningRate', valueLearningRate: 'learningRate' };

/**
 * Ranges for those settings of an algorithm that have usual ones. Where the preset has a schedule, its beginning is searched and its shape stays:
 * a step size that ends at 0 says most about the settings beside it. A step size that only stands in for the common one is left to that.
 */
export function defaultSpace(fields: ReadonlyMap<string, DescribedField>, preset: JsonObject = {}): JsonObject {
  const known = Object.entries(USUAL).filter(([name]) => {
    const field = fields.get(name);
    const isSaid = name in preset || !fields.has(PARTS[name]);
    return field !== undefined && isSaid && /number|integer/.test(describeField(field.schema).type);
  });
  return Object.fromEntries(
    known.map(([name, range]) => {
      const { [name]: planned } = preset;
      return [name, isObject(planned) && 'from' in planned && 'low' in range ? { ...planned, from: range } : range];
    }),
  );
}
