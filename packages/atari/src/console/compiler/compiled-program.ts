import type { Bus } from '../bus.ts';
import { LEFT } from './code.ts';
import { MAX_BANKS, NO_BLOCK, PLACES, ProgramCompiler } from './program-compiler.ts';

/** Instructions that are interpreted before a program is compiled: some forty pictures, as compiling takes the time of a few hundred. */
const FIRST_PATIENCE = 200_000;
/** How many times as many before what was not seen until then is compiled too. */
const GROWTH = 8;
/** Pages of 64 kB that hold everything that `PLACES` names. */
const MEMORY_PAGES = 2;

/** A bank of a cartridge, compiled. */
export interface CompiledBank {
  /** Runs from the beginning of a block on; returns the address at which the interpreter goes on. */
  run(block: number): number;
  /** `[4096]`: the block that begins at a place, or `NO_BLOCK`. */
  readonly blocks: Uint16Array;
  /** The upper four bits of the addresses under which its program runs. */
  readonly page: number;
}

/** Where the interpreter was in a bank. */
interface Visits {
  /** `[4096]`: 1 where an instruction began. */
  readonly places: Uint8Array;
  /** `[16]`: how often, by the upper four bits of its address. */
  readonly pages: Uint32Array;
  /** Whether there is one that was not seen when the bank was compiled last. */
  hasNew: boolean;
}

/**
 * The program of a cartridge, as WebAssembly. The interpreter tells it where programs are; what it has interpreted often is
 * compiled. Everything stays as it is in the interpreter, bit for bit.
 */
export class CompiledProgram {
  /** Registers between two runs, in the order of the locals from `A` to `LEFT`. */
  readonly registers: Int32Array;
  readonly #memory: WebAssembly.Memory;
  readonly #bus: Bus;
  /** What compiled programs call. */
  readonly #environment: WebAssembly.ModuleImports;
  readonly #banks = new Map<Uint8Array, CompiledBank>();
  readonly #visits = new Map<Uint8Array, Visits>();
  #patience: number;
  #left: number;

  /**
   * @param memory begins with the console's own
   * @param patience instructions that are interpreted first
   */
  constructor(bus: Bus, memory: WebAssembly.Memory, patience = FIRST_PATIENCE) {
    this.#bus = bus;
    this.#memory = memory;
    this.registers = new Int32Array(memory.buffer, PLACES.registers, LEFT);
    this.#patience = patience;
    this.#left = patience;
    this.#environment = {
      memory,
      read: (address: number, last: number, cycles: number) => {
        bus.last = last;
        return bus.read(address, cycles);
      },
      write: (address: number, value: number, cycles: number) => {
        const { window } = bus.cartridge;
        const next = bus.write(address, value, cycles);
        return bus.tia.frameEnded || bus.cartridge.window !== window ? ~next : next;
      },
      wait: (cycles: number, interval: number, value: number) => bus.readsBeforeTick(cycles, interval, value),
    };
  }

  /** Memory for a program; `null` where there is no WebAssembly, or no room for one more: engines reserve gigabytes of addresses. */
  static memory(): WebAssembly.Memory | null {
    if (typeof WebAssembly === 'undefined') return null;
    try {
      return new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    } catch {
      return null;
    }
  }

  /** Whether there is plain memory in a cartridge: of some, each access may switch banks. */
  static fits({ high }: Bus['cartridge']): boolean {
    return high !== 0;
  }

  /** The bank that the console sees, once it is compiled. */
  bank(window: Uint8Array): CompiledBank | undefined {
    return this.#banks.get(window);
  }

  /** Is told of each instruction that is interpreted. */
  visit(window: Uint8Array, address: number): void {
    // Programs may run elsewhere too, in the console's memory.
    if ((address & 0x1000) === 0) return;
    let visits = this.#visits.get(window);
    if (!visits) {
      if (this.#visits.size === MAX_BANKS) return;
      visits = { places: new Uint8Array(4096), pages: new Uint32Array(16), hasNew: true };
      this.#visits.set(window, visits);
    }
    if (visits.places[address & 0xfff] === 0) {
      visits.places[address & 0xfff] = 1;
      visits.hasNew = true;
    }
    visits.pages[address >> 12]++;
    if (--this.#left === 0) this.#compile();
  }

  #compile(): void {
    this.#patience *= GROWTH;
    this.#left = this.#patience;
    for (const [bank, [window, visits]] of [...this.#visits].entries()) {
      if (!visits.hasNew) continue;
      visits.hasNew = false;
      try {
        this.#compileBank(bank, window, visits);
      } catch {
        // A page may forbid code that is made while it runs. Everything is interpreted then.
        this.#left = Number.POSITIVE_INFINITY;
        return;
      }
    }
  }

  #compileBank(bank: number, window: Uint8Array, { places, pages }: Visits): void {
    const { low, high } = this.#bus.cartridge;
    const roots = Array.from(places.keys()).filter(place => places[place] !== 0);
    const page = pages.indexOf(Math.max(...pages));
    const compiler = new ProgramCompiler({ window, low, high }, bank, page, roots);
    if (compiler.blocks.length === 0) return;
    new Uint8Array(this.#memory.buffer).set(window, PLACES.rom + 0x1000 * bank);
    const blocks = new Uint16Array(this.#memory.buffer, PLACES.blocks + 0x2000 * bank, 4096).fill(NO_BLOCK);
    for (const [i, block] of compiler.blocks.entries()) blocks[block.places[0]] = i;
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(compiler.encode()), { env: this.#environment });
    this.#banks.set(window, { run: exports.run as CompiledBank['run'], blocks, page });
  }
}
