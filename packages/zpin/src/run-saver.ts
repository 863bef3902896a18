import { EnvError, type EnvSpec, message, NumericsError, type Policy, WorkerError } from '@zpin/contracts';
import { type BestEvaluation, exportOnnx, type TrainEvent, type TrainState } from '@zpin/core';
import type { RunEvent } from './run-event.ts';
import type { RunParts } from './run-parts.ts';
import type { CheckpointParts } from './run-store.ts';

/** Where a run is. */
interface Now {
  readonly step: number;
  /** Seconds of training behind it. */
  readonly wallSeconds: number;
}

/** Keeps what a run must not lose: checkpoints, the best agent, what was played, and the policy at the end. */
export class RunSaver {
  readonly #parts: RunParts;
  /** Of the environment of training. */
  readonly #spec: EnvSpec;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#spec = parts.options.env.spec;
  }

  /** The event of a checkpoint for whoever follows the run, once that is saved. */
  async checkpoint(event: Extract<TrainEvent, { readonly type: 'checkpoint' }>, at: Now): Promise<RunEvent> {
    const { store, curriculum } = this.#parts;
    const state = curriculum ? { ...event.state, curriculum: curriculum.state() } : event.state;
    if (!store) return { ...event, state };
    return { ...event, state, path: await store.saveCheckpoint(await this.#moment(state, at)) };
  }

  /** Keeps the agent of the best evaluation so far, where that is wanted. @returns its score */
  async best(evaluation: Extract<TrainEvent, { readonly type: 'eval' }>, at: Now): Promise<BestEvaluation> {
    const { store, trainee, keepsBest } = this.#parts;
    if (store && keepsBest) {
      const moment = await this.#moment({ agent: await trainee.agent.state() }, at);
      await store.saveBest({ ...moment, evaluation, onnx: this.#onnx(moment.policy) });
    }
    return { step: evaluation.step, meanReturn: mean(evaluation.returns) };
  }

  /** Leaves what was played as a data set, and the policy of a run that is done as a model that other programs can run. */
  async finish(step: number, isDone: boolean): Promise<void> {
    const { store, trainee, recording, description } = this.#parts;
    const { algorithm, seed, envOptions = {} } = description;
    recording?.save({ behaviour: `${algorithm}, in training`, trainedSteps: step, seed, envOptions });
    if (!store || !isDone || !this.#parts.algorithm.policy) return;
    const model = this.#onnx(await trainee.agent.policy?.());
    if (model) store.saveOnnx(model);
  }

  /** A failure of training that says where the last good state is; other errors as they are. */
  withCheckpoint(error: unknown): unknown {
    const { store } = this.#parts;
    const Kind = [NumericsError, WorkerError, EnvError].find(kind => error instanceof kind);
    if (!store || !Kind || !(error instanceof Error)) return error;
    const kept = store.checkpointPath
      ? `The last good checkpoint is kept: ${store.checkpointPath}`
      : 'No checkpoint was written yet';
    return new Kind(`${error.message.replace(/\.$/, '')}. ${kept}.`, { cause: error });
  }

  /** What is saved of this moment. @throws NumericsError when something of the agent is not finite */
  async #moment(state: TrainState, { step, wallSeconds }: Now): Promise<CheckpointParts> {
    const { description, trainee, engine } = this.#parts;
    const policy = await trainee.agent.policy?.();
    const { vectors = {} } = state.agent as { readonly vectors?: Readonly<Record<string, unknown>> };
    // Also what the policy does not show: critics, targets, moments of optimisers.
    for (const [name, values] of Object.entries({ ...vectors, ...(policy && { weights: policy.weights }) })) {
      const broken = values instanceof Float32Array ? values.find(value => !Number.isFinite(value)) : undefined;
      if (broken === undefined) continue;
      const remedy = 'Lower the learning rate, clip gradients, or look at the rewards';
      throw new NumericsError(message(`train at step ${step}`, `${name} must be finite`, broken, remedy));
    }
    return { description, state, step, spec: this.#spec, wallSeconds, policy, programs: engine.choices?.() };
  }

  #onnx(policy: Policy | undefined): Uint8Array | undefined {
    const { algorithm } = this.#parts;
    // One's own algorithm may have agents of another one, under a name of its own.
    return algorithm.policy && policy && exportOnnx(policy, { algorithms: [{ ...algorithm, id: policy.algorithm }] });
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
