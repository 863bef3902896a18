import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { CheckpointError, EnvError, InputError, message, WorkerError } from '@zpin/contracts';
import {
  ANSWERS,
  BEATS,
  BY_PORT,
  type ChildEnd,
  type ChildRequest,
  type ChildSetup,
  CLOSE,
  CONTROL_CELLS,
  ENDED,
  ERROR,
  HEADER_BYTES,
  KIND,
  LENGTH,
  PROCESS_ID,
} from './child-protocol.ts';

/** Beside this file, in the sources and in what is published. */
const isSource = import.meta.url.endsWith('.ts');
const script = new URL(isSource ? './child-thread.ts' : './child-thread.js', import.meta.url);

/** Milliseconds between two looks at whether the child still beats. */
const LOOK_EVERY = 500;

/** Milliseconds that a child has to end by itself. */
const GRACE = 2000;

/** What is wrong, as the server tells it. */
interface Failure {
  /** What it is about: what was asked for, the environment itself, or a state. */
  readonly kind: 'input' | 'env' | 'state';
  readonly expectation: string;
  readonly got: string;
  readonly remedy: string;
}

/** A program that answers frames, and how to start it. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A child process that answers one request after the other, each while this thread waits. It ends with this process, whatever ends
 * that.
 */
export class PythonProcess {
  /** In errors: the environment that it plays. */
  readonly #name: string;
  readonly #server: ServerCommand;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL_CELLS));
  readonly #timeout: number;
  #request: Uint8Array = new Uint8Array(0);
  #answer: Uint8Array = new Uint8Array(0);
  #isAnswered = false;
  #isClosed = false;
  #broken: Error | null = null;

  /** @param timeoutSeconds after which a child that does not answer is given up and ended */
  constructor(name: string, server: ServerCommand, timeoutSeconds: number) {
    this.#name = name;
    this.#server = server;
    this.#timeout = timeoutSeconds * 1000;
    const { port1, port2 } = new MessageChannel();
    const workerData: ChildSetup = { ...server, control: this.#control, port: port2 };
    this.#port = port1;
    // Sources need the flags that let them be loaded. Others would only be in the way, as that for a program on the command line.
    this.#worker = new Worker(script, { workerData, transferList: [port2], ...(!isSource && { execArgv: [] }) });
    this.#worker.on('error', error => {
      this.#broken ??= new WorkerError(message(name, 'its thread must live', error.message, 'Look for what ended it'));
    });
    port1.unref();
    // A program that forgets to close its environments must end all the same.
    this.#worker.unref();
  }

  /** The number of the process, 0 while there is none. */
  get id(): number {
    return Atomics.load(this.#control, PROCESS_ID);
  }

  /**
   * Shares memory with the thread that has the pipes, so that requests and answers of these sizes are not copied once more.
   * @returns where the content of a request is written, and where that of an answer is found
   */
  share(
    requestBytes: number,
    answerBytes: number,
  ): { readonly request: Uint8Array<SharedArrayBuffer>; readonly answer: Uint8Array<SharedArrayBuffer> } {
    const request = new Uint8Array(new SharedArrayBuffer(HEADER_BYTES + requestBytes));
    const answer = new Uint8Array(new SharedArrayBuffer(answerBytes));
    this.#request = request;
    this.#answer = answer;
    this.#tell({ type: 'share', request, answer });
    return { request: request.subarray(HEADER_BYTES), answer };
  }

  /**
   * Sends what lies in the shared memory, and waits for the answer.
   * @returns bytes of the answer in the shared memory; those that did not fit there come by `content`
   */
  exchange(where: string, kind: number, bytes: number): Uint8Array {
    writeHeader(this.#request, bytes, kind);
    return this.#await(where, HEADER_BYTES + bytes, this.#timeout);
  }

  /**
   * Sends a request of any size, and waits for the answer.
   * @param where function named in errors
   * @param leastSeconds that it has at least, however short the time limit of a step
   */
  call(where: string, kind: number, content: Uint8Array = new Uint8Array(0), leastSeconds = 0): Uint8Array {
    const frame = new Uint8Array(HEADER_BYTES + content.length);
    writeHeader(frame, content.length, kind);
    frame.set(content, HEADER_BYTES);
    return this.#await(where, { type: 'frame', frame }, Math.max(this.#timeout, leastSeconds * 1000));
  }

  /** Lets the child end by itself, and ends it where it does not. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    let grace = 0;
    if (!this.#broken) {
      try {
        const frame = new Uint8Array(HEADER_BYTES);
        writeHeader(frame, 0, CLOSE);
        this.#await('close', { type: 'frame', frame }, Math.min(this.#timeout, GRACE));
        grace = GRACE;
      } catch {
        // It is ended below, and nobody waits for what it would have said.
      }
      this.#broken = new InputError(message(this.#name, 'the environment must be open', 'closed', 'Make a new one'));
    }
    this.#end(grace);
  }

  #await(where: string, request: ChildRequest, timeout: number): Uint8Array {
    if (this.#broken) throw this.#broken;
    const control = this.#control;
    const before = Atomics.load(control, ANSWERS);
    if (Atomics.load(control, ENDED) === 1) throw this.#ended(where);
    this.#tell(request);
    let beats = Atomics.load(control, BEATS);
    let deadline = performance.now() + timeout;
    while (Atomics.wait(control, ANSWERS, before, Math.min(LOOK_EVERY, timeout)) === 'timed-out') {
      const now = Atomics.load(control, BEATS);
      if (now !== beats) deadline = performance.now() + timeout;
      beats = now;
      if (performance.now() >= deadline) throw this.#hangs(where, timeout);
    }
    if (Atomics.load(control, ENDED) === 1) throw this.#ended(where);
    this.#isAnswered = true;
    const length = Atomics.load(control, LENGTH);
    const isByPort = Atomics.load(control, BY_PORT) === 1;
    const answer = isByPort ? (receiveMessageOnPort(this.#port)?.message as Uint8Array) : this.#answer.subarray(0, length);
    if (Atomics.load(control, KIND) === ERROR) throw this.#failed(where, answer);
    return answer;
  }

  #tell(request: ChildRequest): void {
    this.#worker.postMessage(request);
  }

  #failed(where: string, answer: Uint8Array): Error {
    const { kind, expectation, got, remedy } = JSON.parse(new TextDecoder().decode(answer.slice())) as Failure;
    const text = message(`${this.#name}${where && `.${where}`}`, expectation, got, remedy);
    if (kind === 'env') return new EnvError(text);
    return kind === 'state' ? new CheckpointError(text) : new InputError(text);
  }

  #hangs(where: string, timeout: number): Error {
    const expectation = `Python must answer within ${timeout / 1000} s`;
    const remedy = 'Allow more by timeoutSeconds, or look for what the environment waits for';
    this.#broken = new WorkerError(message(`${this.#name}${where && `.${where}`}`, expectation, 'no answer', remedy));
    this.#end();
    return this.#broken;
  }

  /** How the child ended. An answer that came too late may lie before it. */
  #receiveEnd(): ChildEnd {
    for (;;) {
      const received: { readonly message: ChildEnd | Uint8Array } | undefined = receiveMessageOnPort(this.#port);
      if (!received) return { type: 'end', code: null, signal: null, lastLines: [] };
      if ('type' in received.message) return received.message;
    }
  }

  #ended(where: string): Error {
    const { command } = this.#server;
    const { code, signal, error, written, lastLines } = this.#receiveEnd();
    const name = `${this.#name}${where && `.${where}`}`;
    const said = lastLines.length > 0 ? `It said last: ${lastLines.join(' | ')}` : 'It said nothing';
    const how = signal === null ? `an end with code ${code}` : `an end by ${signal}`;
    if (error !== undefined) {
      const remedy = 'Install Python 3.9 or later with gymnasium, or say where it is by ZPIN_PYTHON';
      this.#broken = new InputError(message(this.#name, `Python must be there as ${command}`, error, remedy));
    } else if (written !== undefined) {
      const expectation = `${command} must leave its output to the frames of this program`;
      const remedy = 'Have what prints there (a script around Python, sitecustomize, a library) write to the error output';
      this.#broken = new InputError(message(name, expectation, written, remedy));
    } else if (!this.#isAnswered && signal === null) {
      const remedy = `${said}. ZPIN_PYTHON chooses another Python`;
      this.#broken = new InputError(message(this.#name, `${command} must be a Python that starts`, how, remedy));
    } else {
      this.#broken = new WorkerError(message(name, 'Python must live', how, said));
    }
    this.#end();
    return this.#broken;
  }

  /** Lets the child end by itself in the time it is given. Its thread ends it after that, reaps it, and ends with it. */
  #end(graceMilliseconds = 0): void {
    this.#tell({ type: 'end', graceMilliseconds });
    const { id } = this;
    // At once, as this process may end before its thread hears of it.
    if (graceMilliseconds > 0 || id <= 0 || Atomics.load(this.#control, ENDED) === 1) return;
    try {
      process.kill(process.platform === 'win32' ? id : -id, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function writeHeader(frame: Uint8Array, length: number, kind: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset);
  view.setUint32(0, length, true);
  view.setUint32(4, kind, true);
}
