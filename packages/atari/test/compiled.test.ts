import { Rng } from '@zpin/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Bus } from '../src/console/bus.ts';
import { Cartridge, type Scheme } from '../src/console/cartridge.ts';
import { CompiledProgram } from '../src/console/compiler/compiled-program.ts';
import { Console } from '../src/console/console.ts';
import { INSTRUCTIONS, OPERAND_BYTES } from '../src/console/instructions.ts';
import { Painter } from '../src/console/painter.ts';
import { Processor } from '../src/console/processor.ts';
import { Riot } from '../src/console/riot.ts';
import { Tia } from '../src/console/tia.ts';
import { homebrewGames } from '../src/homebrew/homebrew.ts';

const BANK = 4096;
/** Bytes of a bank that hold instructions; the rest is data. */
const PROGRAM = 700;
/** Instructions of each slice after which two machines are compared, and slices of each program. */
const SLICE = 200;
const SLICES = 60;

/** Addresses of each chip, and of the cartridge with its switches. */
const RANGES = [
  [0x00, 0x3f],
  [0x80, 0xff],
  [0x180, 0x1ff],
  [0x280, 0x29f],
  [0xf000, 0xf2ff],
  [0xff00, 0xfff0],
  [0xfff4, 0xffff],
] as const;

/** An address that an instruction may mean: of each chip, and of the cartridge with its switches. */
function anyAddress(rng: Rng): number {
  const [first, last] = RANGES[rng.choice(RANGES.length)];
  return rng.integers(first, last + 1);
}

/** Random instructions, of which few leave the program, and random data behind them. */
function randomBank(rng: Rng): Uint8Array {
  const bank = Uint8Array.from({ length: BANK }, () => rng.integers(0, 256));
  for (let at = 0; at < PROGRAM; ) {
    const opcode = rng.integers(0, 256);
    const instruction = INSTRUCTIONS[opcode];
    const isRare = !instruction || ['brk', 'rti', 'jmp', 'sed', 'txs', 'jsr', 'rts'].includes(instruction.name);
    if (isRare && rng.random() < 0.9) continue;
    bank[at] = opcode;
    const count = instruction ? OPERAND_BYTES[instruction.mode] : 1;
    if (count === 2) {
      const leaves = instruction?.name === 'jmp' || instruction?.name === 'jsr';
      const address = leaves ? 0xf000 + rng.integers(0, PROGRAM) : anyAddress(rng);
      bank[at + 1] = address & 0xff;
      bank[at + 2] = address >> 8;
    } else if (instruction?.mode === 'relative') bank[at + 1] = rng.integers(-30, 30) & 0xff;
    at += 1 + count;
  }
  // Back to the beginning.
  bank.set([0x4c, 0x00, 0xf0], PROGRAM + 2);
  bank.set([0x00, 0xf0, 0x00, 0xf0], 0xffc);
  return bank;
}

/** Interprets, or compiles what it has seen after some instructions. */
class Machine {
  readonly cartridge: Cartridge;
  readonly tia = new Tia(new Painter(34, 210));
  readonly riot: Riot;
  readonly processor: Processor;
  interpreted = 0;

  constructor(image: Uint8Array, scheme: Scheme, patience: number | null) {
    const memory = patience === null ? null : (CompiledProgram.memory() as WebAssembly.Memory);
    this.cartridge = new Cartridge(image, scheme);
    this.riot = new Riot(memory ? new Uint8Array(memory.buffer, 0, 128) : undefined);
    const bus = new Bus(this.tia, this.riot, this.cartridge);
    const program = memory && new CompiledProgram(bus, memory, patience as number);
    this.processor = new Processor(bus, program);
    if (program) {
      const visit = program.visit.bind(program);
      program.visit = (window, address) => {
        this.interpreted++;
        visit(window, address);
      };
    }
    this.processor.reset();
  }

  /** Runs some instructions; what is left of them where the picture ends is not run. */
  run(instructions: number): void {
    if (this.tia.frameEnded) {
      const origin = this.tia.startFrame(this.processor.cycles);
      this.processor.cycles -= origin;
      this.riot.rebase(origin);
    }
    this.processor.run(instructions);
  }

  state(): Int32Array {
    const state = new Int32Array(10_000);
    this.cartridge.save(state, this.riot.save(state, this.tia.save(state, this.processor.save(state, 0))));
    return state;
  }
}

const SCHEMES: readonly (readonly [Scheme, number])[] = [
  ['2K', 1],
  ['4K', 1],
  ['F8', 2],
  ['F8SC', 2],
  ['F6', 4],
  ['E0', 2],
  ['3F', 2],
];

describe.each(SCHEMES)('a compiled program of the scheme %s', (scheme, banks) => {
  it('does what the interpreter does, after any number of instructions', () => {
    const rng = new Rng(banks * 10 + scheme.length);
    let [compiled, all] = [0, 0];
    for (let round = 0; round < 12; round++) {
      const image = new Uint8Array(scheme === '2K' ? BANK / 2 : banks * BANK);
      for (let bank = 0; bank < banks; bank++) {
        const content = randomBank(rng);
        image.set(scheme === '2K' ? content.subarray(0, BANK / 2) : content, bank * BANK);
      }
      if (scheme === '2K') image.set([0x00, 0xf0, 0x00, 0xf0], 0x7fc);
      const machines = [new Machine(image, scheme, null), new Machine(image, scheme, 300)];
      for (let slice = 0; slice < SLICES; slice++) {
        const before = machines[1].interpreted;
        for (const machine of machines) machine.run(SLICE);
        const [plain, fast] = machines.map(machine => machine.state());
        const different = plain.findIndex((value, i) => value !== fast[i]);
        expect([round, slice, different, plain[different]]).toEqual([round, slice, -1, undefined]);
        all += SLICE;
        compiled += SLICE - (machines[1].interpreted - before);
      }
    }
    // Random programs change banks all the time, which only the interpreter does.
    expect(compiled / all).toBeGreaterThan(0.15);
  });
});

describe('a console', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(homebrewGames)('plays $name the same way, compiled or not', ({ cartridge }) => {
    const rom = cartridge?.() as Uint8Array;
    const consoles = [new Console(rom, { compiles: false }), new Console(rom)];
    const rng = new Rng(4);
    for (let frame = 0; frame < 200; frame++) {
      const action = rng.integers(0, 18);
      for (const console of consoles) {
        console.controls.hold(action);
        console.frame();
      }
      const [plain, fast] = consoles.map(console => console.state());
      expect([frame, plain.findIndex((value, i) => value !== fast[i])]).toEqual([frame, -1]);
    }
  });

  it('goes on from a state exactly, although what was compiled is no part of it', () => {
    const rom = homebrewGames[0].cartridge?.() as Uint8Array;
    const first = new Console(rom);
    for (let frame = 0; frame < 150; frame++) first.frame();
    const second = new Console(rom);
    second.restore(first.state());
    for (let frame = 0; frame < 100; frame++) {
      first.frame();
      second.frame();
    }
    expect(second.state()).toEqual(first.state());
  });

  it('interprets where there is no WebAssembly, and where it is forbidden', () => {
    const rom = homebrewGames[0].cartridge?.() as Uint8Array;
    const compiled = new Console(rom);
    for (let frame = 0; frame < 100; frame++) compiled.frame();
    let asked = 0;
    class Forbidden {
      constructor() {
        asked++;
        throw new EvalError('forbidden');
      }
    }
    const { Memory, Instance } = WebAssembly;
    for (const stub of [undefined, { Memory, Instance, Module: Forbidden }, { Memory: Forbidden }]) {
      vi.stubGlobal('WebAssembly', stub);
      const interpreted = new Console(rom);
      for (let frame = 0; frame < 100; frame++) interpreted.frame();
      expect(interpreted.state()).toEqual(compiled.state());
    }
    // The module of the second, the memory of the third.
    expect(asked).toBe(2);
  });
});
