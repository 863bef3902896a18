import { EnvError, type EnvSource } from '@zpin/contracts';
import type { Algorithm, TrainEvent, TrainState } from '@zpin/core';
import { makeEnv, makeVectorEnv, SyncVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { compiledEngine, differences, recordRun } from '../../../tools/testing/algorithm-case.ts';
import { dppoWith } from '../src/dppo.ts';
import { inThisThread } from '../src/workers/in-this-thread.ts';
import { overQueue, type QueuedTask, type ServedRun, serveRun, type TakenTask, type WorkerQueue } from '../src/workers/node.ts';
import { algorithmCases } from './algorithms.ts';
import './misbehaving-env.ts';

const [subject] = algorithmCases;
const CONFIG = { hiddenSizes: [8], rolloutLength: 8, learningRate: 1e-2, numEnvs: 5, workers: 2, batchSize: 12, epochs: 2 };

/** What is known of a slot, as a database knows it. */
interface Slot {
  asked: number;
  answered: number;
  task: QueuedTask | null;
  state: Uint8Array | null;
  settle: { resolve(answer: { result: Uint8Array; state: Uint8Array }): void; reject(error: Error): void } | null;
}

/** A queue in memory. Each task is given to one worker; one whose worker was lost is given to the next that asks. */
class MemoryQueue implements WorkerQueue {
  setup: Uint8Array = new Uint8Array();
  readonly #slots: Slot[] = [];
  readonly #taken = new Set<number>();
  #wake: (() => void)[] = [];
  #isOver = false;
  #policy: QueuedTask['policy'];
  /** Bytes of policies that workers were sent. */
  policyBytes = 0;

  async open(setup: Uint8Array, slots: number) {
    this.setup = setup;
    for (let i = 0; i < slots; i++) this.#slots.push({ asked: 0, answered: 0, task: null, state: null, settle: null });
    this.#ring();
    return {
      ask: (task: QueuedTask) =>
        new Promise<{ result: Uint8Array; state: Uint8Array }>((resolve, reject) => {
          const slot = this.#slots[task.slot];
          slot.asked++;
          [slot.task, slot.settle] = [task, { resolve, reject }];
          this.#policy = task.policy ?? this.#policy;
          this.#ring();
        }),
      close: async () => {
        this.#isOver = true;
        this.#ring();
      },
    };
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** @param life tasks that the worker takes before it is lost with the last of them in its hands */
  worker(life = Number.POSITIVE_INFINITY): ServedRun & { opened(): Promise<Uint8Array> } {
    const end = (slot: Slot, number: number, count: number) => {
      const counts = slot.asked === count && slot.answered < count;
      slot.answered = count;
      this.#taken.delete(number);
      return counts;
    };
    return {
      opened: async () => {
        while (this.setup.length === 0) await new Promise<void>(wake => void this.#wake.push(wake));
        return this.setup;
      },
      take: async ({ policyVersion, slots }) => {
        for (;;) {
          if (this.#isOver) return null;
          const number = this.#slots.findIndex(({ asked, answered }, i) => answered < asked && !this.#taken.has(i));
          const { asked, answered, task, state } = this.#slots[number] ?? {};
          if (number >= 0 && task && asked !== undefined) {
            if (life-- <= 0) {
              // It took the task, and was never heard of again.
              this.#ring();
              return null;
            }
            this.#taken.add(number);
            const isKnown = this.#policy?.version === policyVersion;
            const policy = isKnown ? null : (this.#policy?.bytes ?? null);
            this.policyBytes += policy?.length ?? 0;
            const more = { policy, policyVersion: this.#policy?.version ?? 0 };
            return {
              slot: number,
              count: asked,
              task: task.task,
              state: slots.get(number) === answered ? null : (state ?? null),
              ...more,
            };
          }
          await new Promise<void>(wake => void this.#wake.push(wake));
        }
      },
      answer: async ({ slot: number, count }: TakenTask, answer) => {
        const slot = this.#slots[number];
        if (!end(slot, number, count)) return false;
        slot.state = answer.state;
        slot.settle?.resolve(answer);
        return true;
      },
      refuse: async ({ slot: number, count }: TakenTask, error) => {
        const slot = this.#slots[number];
        if (!end(slot, number, count)) return false;
        slot.settle?.reject(new Error(error));
        return true;
      },
      giveBack: async ({ slot }: TakenTask) => {
        this.#taken.delete(slot);
        this.#ring();
      },
    };
  }
}

const openEnv = async ({ id, options }: EnvSource, copies: number) => makeVectorEnv(id, copies, options);

async function serve(queue: MemoryQueue, life?: number): Promise<number> {
  const worker = queue.worker(life);
  return serveRun(worker, { setup: await worker.opened(), openEnv });
}

function record(algorithm: unknown, totalSteps: number, resume?: TrainState) {
  const env = makeVectorEnv('Pendulum-v1', CONFIG.numEnvs, { maxEpisodeSteps: 15 });
  const config = { ...CONFIG, normalizeObservations: true };
  const options = { env, config, seed: 3, totalSteps, ...(resume && { resume }) };
  return recordRun({ ...subject, algorithm: algorithm as Algorithm }, options);
}

describe('DPPO over a queue', { timeout: 60_000 }, () => {
  it('is the same as without one, whichever workers come and go', async () => {
    const one = await record(dppoWith(inThisThread), 400);
    for (const lives of [[undefined], [undefined, undefined], [1, 3, 0, undefined]]) {
      const queue = new MemoryQueue();
      const done = Promise.all(lives.map(life => serve(queue, life)));
      const other = await record(dppoWith(overQueue(queue)), 400);
      expect(other.events).toEqual(one.events);
      expect(differences(other.final, one.final)).toEqual([]);
      // Two first observations, and two parts of each of ten rollouts.
      expect((await done).reduce((sum, tasks) => sum + tasks, 0)).toBe(22);
    }
  });

  it('sends a policy once to each worker, not with every task', async () => {
    const queue = new MemoryQueue();
    const done = serve(queue);
    await record(dppoWith(overQueue(queue)), 400);
    await done;
    const pairs = new MemoryQueue();
    const both = Promise.all([serve(pairs), serve(pairs)]);
    await record(dppoWith(overQueue(pairs)), 400);
    await both;
    expect(queue.policyBytes).toBeGreaterThan(0);
    expect(pairs.policyBytes).toBeLessThanOrEqual(2 * queue.policyBytes);
    expect(queue.policyBytes / 10).toBeLessThan(5000);
  });

  it('goes on from its checkpoint, with other workers', async () => {
    const one = await record(dppoWith(inThisThread), 400);
    const halves = [new MemoryQueue(), new MemoryQueue()];
    const done = Promise.all(halves.map(queue => serve(queue)));
    const half = await record(dppoWith(overQueue(halves[0])), 200);
    const rest = await record(dppoWith(overQueue(halves[1])), 400, half.final);
    expect([...half.events, ...rest.events]).toEqual(one.events);
    expect(differences(rest.final, one.final)).toEqual([]);
    await done;
  });

  it('tells what an environment threw, after a checkpoint; the worker lives on', async () => {
    const queue = new MemoryQueue();
    const done = serve(queue);
    const env = makeVectorEnv('Misbehaving-v0', 2, { deed: 'throw' });
    const algorithm = dppoWith(overQueue(queue));
    const config = { ...CONFIG, numEnvs: 2 };
    const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await compiledEngine() });
    const events: TrainEvent[] = [];
    const train = async () => {
      for await (const event of algorithm.train({ agent, env, totalSteps: 400, seed: 1 })) events.push(event);
    };
    const error = await train().then(
      () => expect.fail('it must fail'),
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toBeInstanceOf(EnvError);
    expect(error.message).toMatch(
      /^dppo: worker [01]: Misbehaving-v0\.step: the environment must not throw, got "the motor is on fire"/,
    );
    expect(events.at(-1)?.type).toBe('checkpoint');
    expect(await done).toBeGreaterThan(0);
    agent.dispose();
  });

  it('leaves a task to others where the environment cannot be made here', async () => {
    const queue = new MemoryQueue();
    const broken = queue.worker();
    const failing = broken.opened().then(setup =>
      serveRun(broken, {
        setup,
        openEnv: async () => {
          throw new Error('no physics engine');
        },
      }),
    );
    const refused = expect(failing).rejects.toThrow('no physics engine');
    const training = record(dppoWith(overQueue(queue)), 40);
    await refused;
    const done = serve(queue);
    expect((await training).summary.steps).toBe(40);
    await done;
  });

  it('refuses environments that another worker could not go on with', async () => {
    const env = makeEnv('CartPole-v1');
    const source = { id: 'CartPole-v1', options: {}, library: '@zpin/envs' };
    const stateless = () => ({ spec: env.spec, reset: () => env.reset(), step: () => expect.fail('no step') }) as never;
    const algorithm = dppoWith(overQueue(new MemoryQueue()));
    const config = { ...CONFIG, numEnvs: 2 };
    const agent = await algorithm.create({ spec: env.spec, config, seed: 1, engine: await compiledEngine() });
    for (const [given, text] of [
      [new SyncVectorEnv(stateless, 2, source), 'the environment must save its state, so that another worker can go on with it'],
      [new SyncVectorEnv(() => makeEnv('CartPole-v1'), 2), 'workers must know where to get the environment from'],
    ] as const) {
      const run = algorithm.train({ agent, env: given, totalSteps: 40, seed: 1 });
      await expect(run.next()).rejects.toThrow(text);
    }
    agent.dispose();
  });
});
