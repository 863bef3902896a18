import type { Bus } from './bus.ts';
import type { Cartridge } from './cartridge.ts';
import type { CompiledProgram } from './compiler/compiled-program.ts';
import { NO_BLOCK } from './compiler/program-compiler.ts';
import { OPCODE_BYTES, OPCODE_CYCLES, PAGE_PENALTY } from './opcodes.ts';
import type { Tia } from './tia.ts';

/** Bytes from behind a branch back to an instruction of three bytes right before it. */
const WAIT_OFFSET = -5;

/** Bits of the status register. */
const NEGATIVE = 0x80;
const OVERFLOW = 0x40;
const DECIMAL = 0x08;
const INTERRUPT = 0x04;
const ZERO = 0x02;
const CARRY = 0x01;

/** What `XAA` and `LAX #` let through of the accumulator: an analogue effect, which differs from chip to chip. */
const UNSTABLE_BITS = 0xee;

/**
 * The 6507: a 6502 with 13 address lines and no interrupts. It counts time by the instruction: an instruction first takes all of its
 * cycles and then touches memory, so that what it writes is seen at its end.
 */
export class Processor {
  readonly #bus: Bus;
  readonly #cartridge: Cartridge;
  readonly #tia: Tia;
  readonly #ram: Uint8Array;
  readonly #program: CompiledProgram | null;
  /** Cycles since the start of the frame. */
  cycles = 0;
  pc = 0;
  a = 0;
  x = 0;
  y = 0;
  stack = 0xff;
  carry = 0;
  overflow = 0;
  decimal = 0;
  interrupt = 0;
  /** Instructions that `run` may still run. */
  #left = 0;
  /** Bit 7 is the negative flag. */
  #sign = 0;
  /** The zero flag is set while this is 0. */
  #zero = 0;

  /** @param program compiles what runs often; everything is interpreted where it is left out */
  constructor(bus: Bus, program: CompiledProgram | null = null) {
    this.#bus = bus;
    this.#program = program;
    this.#cartridge = bus.cartridge;
    this.#tia = bus.tia;
    this.#ram = bus.riot.ram;
  }

  /** Starts at the address that the cartridge names at 0xfffc. */
  reset(): void {
    this.cycles = 0;
    this.a = 0;
    this.x = 0;
    this.y = 0;
    this.stack = 0xff;
    this.status = 0;
    this.pc = this.#bus.read(0xfffc, 0) | (this.#bus.read(0xfffd, 0) << 8);
  }

  get status(): number {
    return (
      (this.#sign & NEGATIVE) |
      (this.overflow << 6) |
      0x30 |
      (this.decimal << 3) |
      (this.interrupt << 2) |
      (this.#zero === 0 ? ZERO : 0) |
      this.carry
    );
  }

  set status(value: number) {
    this.#sign = value & NEGATIVE;
    this.overflow = (value & OVERFLOW) >> 6;
    this.decimal = (value & DECIMAL) >> 3;
    this.interrupt = (value & INTERRUPT) >> 2;
    this.#zero = (value & ZERO) ^ ZERO;
    this.carry = value & CARRY;
  }

  /** Runs until the picture is complete, or for `instructions` of them at most. */
  run(instructions: number): void {
    const tia = this.#tia;
    const cartridge = this.#cartridge;
    const program = this.#program;
    this.#left = instructions;
    while (this.#left > 0 && !tia.frameEnded) {
      if (program) {
        this.#runCompiled(program);
        if (this.#left <= 0 || tia.frameEnded) return;
        program.visit(cartridge.window, this.pc);
      }
      this.#left--;
      this.step();
    }
  }

  /** Runs compiled blocks, if one begins here, up to what has to be interpreted. */
  #runCompiled(program: CompiledProgram): void {
    const bank = program.bank(this.#cartridge.window);
    if (!bank || this.pc >> 12 !== bank.page) return;
    const block = bank.blocks[this.pc & 0xfff];
    if (block === NO_BLOCK) return;
    const { registers } = program;
    registers[0] = this.a;
    registers[1] = this.x;
    registers[2] = this.y;
    registers[3] = this.stack;
    registers[4] = this.carry;
    registers[5] = this.#sign;
    registers[6] = this.#zero;
    registers[7] = this.overflow;
    registers[8] = this.decimal;
    registers[9] = this.interrupt;
    registers[10] = this.cycles;
    registers[11] = this.#left;
    this.pc = bank.run(block);
    this.a = registers[0];
    this.x = registers[1];
    this.y = registers[2];
    this.stack = registers[3];
    this.carry = registers[4];
    this.#sign = registers[5];
    this.#zero = registers[6];
    this.overflow = registers[7];
    this.decimal = registers[8];
    this.interrupt = registers[9];
    this.cycles = registers[10];
    this.#left = registers[11];
  }

  /**
   * Runs one instruction: its bytes come from plain memory of the cartridge, nearly always. Opcodes that make up most of programs
   * have a line of their own, which reads and writes what they mean; the others are decoded by columns.
   */
  step(): void {
    const pc = this.pc;
    const place = pc & 0x1fff;
    const { low: first, high: end, window } = this.#cartridge;
    if (place < first || place + 3 >= end) {
      this.#stepAnywhere();
      return;
    }
    const at = place & 0xfff;
    const opcode = window[at];
    const low = window[at + 1];
    const high = window[at + 2];
    this.cycles += OPCODE_CYCLES[opcode];
    this.pc = pc + OPCODE_BYTES[opcode];
    if (opcode === 0xea) return;
    if (opcode === 0x85) this.#writeZeroPage(low, this.a);
    else if (opcode === 0x84) this.#writeZeroPage(low, this.y);
    else if (opcode === 0x86) this.#writeZeroPage(low, this.x);
    else if (opcode === 0x95) this.#writeZeroPage((low + this.x) & 0xff, this.a);
    else if (opcode === 0x8d) this.#write(low | (high << 8), this.a);
    else if (opcode === 0xb1) this.a = this.#flags(this.#readIndexed(this.#pointer(low, low), this.y));
    else if (opcode === 0xa5) this.a = this.#flags(this.#readZeroPage(low, low));
    else if (opcode === 0xa4) this.y = this.#flags(this.#readZeroPage(low, low));
    else if (opcode === 0xa6) this.x = this.#flags(this.#readZeroPage(low, low));
    else if (opcode === 0xa9) this.a = this.#flags(low);
    else if (opcode === 0xa0) this.y = this.#flags(low);
    else if (opcode === 0xa2) this.x = this.#flags(low);
    else if (opcode === 0xb5) this.a = this.#flags(this.#readZeroPage((low + this.x) & 0xff, low));
    else if (opcode === 0xb9) this.a = this.#flags(this.#readIndexed(low | (high << 8), this.y));
    else if (opcode === 0xbd) this.a = this.#flags(this.#readIndexed(low | (high << 8), this.x));
    else if (opcode === 0xad) this.a = this.#flags(this.#readAt(low | (high << 8), high));
    else if (opcode === 0xac) this.y = this.#flags(this.#readAt(low | (high << 8), high));
    else if (opcode === 0xae) this.x = this.#flags(this.#readAt(low | (high << 8), high));
    else if (opcode === 0xd0) this.#branchIf(this.#zero !== 0, low);
    else if (opcode === 0xf0) this.#branchIf(this.#zero === 0, low);
    else if (opcode === 0x10) this.#branchIf((this.#sign & NEGATIVE) === 0, low);
    else if (opcode === 0x30) this.#branchIf((this.#sign & NEGATIVE) !== 0, low);
    else if (opcode === 0x90) this.#branchIf(this.carry === 0, low);
    else if (opcode === 0xb0) this.#branchIf(this.carry !== 0, low);
    else if (opcode === 0x4c) this.pc = low | (high << 8);
    else if (opcode === 0xca) this.x = this.#flags((this.x - 1) & 0xff);
    else if (opcode === 0x88) this.y = this.#flags((this.y - 1) & 0xff);
    else if (opcode === 0xe8) this.x = this.#flags((this.x + 1) & 0xff);
    else if (opcode === 0xc8) this.y = this.#flags((this.y + 1) & 0xff);
    else if (opcode === 0x8a) this.a = this.#flags(this.x);
    else if (opcode === 0x98) this.a = this.#flags(this.y);
    else if (opcode === 0xaa) this.x = this.#flags(this.a);
    else if (opcode === 0xa8) this.y = this.#flags(this.a);
    else if (opcode === 0x9a) this.stack = this.x;
    else if (opcode === 0x18) this.carry = 0;
    else if (opcode === 0x38) this.carry = 1;
    else if (opcode === 0x29) this.a = this.#flags(this.a & low);
    else if (opcode === 0x25) this.a = this.#flags(this.a & this.#readZeroPage(low, low));
    else if (opcode === 0x09) this.a = this.#flags(this.a | low);
    else if (opcode === 0x05) this.a = this.#flags(this.a | this.#readZeroPage(low, low));
    else if (opcode === 0x49) this.a = this.#flags(this.a ^ low);
    else if (opcode === 0x45) this.a = this.#flags(this.a ^ this.#readZeroPage(low, low));
    else if (opcode === 0x69) this.#add(low);
    else if (opcode === 0x65) this.#add(this.#readZeroPage(low, low));
    else if (opcode === 0xe9) this.#subtract(low);
    else if (opcode === 0xe5) this.#subtract(this.#readZeroPage(low, low));
    else if (opcode === 0xc9) this.#compare(this.a, low);
    else if (opcode === 0xc5) this.#compare(this.a, this.#readZeroPage(low, low));
    else if (opcode === 0xc0) this.#compare(this.y, low);
    else if (opcode === 0xc4) this.#compare(this.y, this.#readZeroPage(low, low));
    else if (opcode === 0xe0) this.#compare(this.x, low);
    else if (opcode === 0xe4) this.#compare(this.x, this.#readZeroPage(low, low));
    else if (opcode === 0xc6) this.#writeZeroPage(low, this.#flags((this.#readZeroPage(low, low) - 1) & 0xff));
    else if (opcode === 0xe6) this.#writeZeroPage(low, this.#flags((this.#readZeroPage(low, low) + 1) & 0xff));
    else if (opcode === 0x4a) this.a = this.#shift(2, this.a);
    else if (opcode === 0x0a) this.a = this.#shift(0, this.a);
    else {
      this.#bus.last = OPCODE_BYTES[opcode] === 1 ? opcode : OPCODE_BYTES[opcode] === 2 ? low : high;
      this.#others(opcode, low, high);
    }
  }

  /** Runs an instruction that lies elsewhere: its bytes come over the bus, which may switch banks. */
  #stepAnywhere(): void {
    // What the instruction before left there is no part of the state. It matters only to programs that run in the television chip.
    this.#bus.last = this.pc >> 8;
    const opcode = this.#fetch();
    this.cycles += OPCODE_CYCLES[opcode];
    const low = OPCODE_BYTES[opcode] > 1 ? this.#fetch() : 0;
    const high = OPCODE_BYTES[opcode] > 2 ? this.#fetch() : 0;
    this.#others(opcode, low, high);
  }

  /** Everything else, by the columns in which the opcodes are ordered. */
  #others(opcode: number, low: number, high: number): void {
    switch (opcode & 3) {
      case 1:
        this.#arithmetic(opcode, low, high);
        break;
      case 2:
        this.#shifts(opcode, low, high);
        break;
      case 0:
        if ((opcode & 0x1f) === 0x10) this.#conditional(opcode, low);
        else if ((opcode & 0x0f) === 0x08) this.#implied(opcode);
        else this.#control(opcode, low, high);
        break;
      default:
        this.#undocumented(opcode, low, high);
    }
  }

  #fetch(): number {
    const pc = this.pc;
    this.pc = (pc + 1) & 0xffff;
    return this.#bus.fetch(pc, this.cycles);
  }

  #read(address: number): number {
    return this.#bus.read(address, this.cycles);
  }

  /** Reads the zero page; `last` was on the bus before. */
  #readZeroPage(address: number, last: number): number {
    return address >= 0x80 ? this.#ram[address & 0x7f] : this.#tia.read(address & 0x0f, last, this.cycles);
  }

  #writeZeroPage(address: number, value: number): void {
    if (address >= 0x80) this.#ram[address & 0x7f] = value;
    else this.#write(address, value);
  }

  /** Reads any address, most often one of the cartridge; `last` was on the bus before. */
  #readAt(address: number, last: number): number {
    const { low, high, window } = this.#cartridge;
    const place = address & 0x1fff;
    if (place >= low && place < high) return window[place & 0xfff];
    this.#bus.last = last;
    return this.#bus.read(address, this.cycles);
  }

  /** Reads behind `base`, which costs one more cycle on another page. */
  #readIndexed(base: number, index: number): number {
    const address = (base + index) & 0xffff;
    if (((base ^ address) & 0xff00) !== 0) this.cycles++;
    return this.#readAt(address, base >> 8);
  }

  /** The address that lies in the zero page; `last` was on the bus before, and its upper half is behind. */
  #pointer(address: number, last: number): number {
    const low = this.#readZeroPage(address, last);
    const high = this.#readZeroPage((address + 1) & 0xff, low);
    this.#bus.last = high;
    return low | (high << 8);
  }

  #write(address: number, value: number): void {
    this.cycles = this.#bus.write(address, value, this.cycles);
  }

  #push(value: number): void {
    this.#write(0x100 | this.stack, value);
    this.stack = (this.stack - 1) & 0xff;
  }

  #pull(): number {
    this.stack = (this.stack + 1) & 0xff;
    return this.#read(0x100 | this.stack);
  }

  /** The flags of a result. */
  #flags(value: number): number {
    this.#sign = value;
    this.#zero = value;
    return value;
  }

  #indexed(opcode: number, base: number, index: number): number {
    const address = (base + index) & 0xffff;
    if (((base ^ address) & 0xff00) !== 0) this.cycles += PAGE_PENALTY[opcode];
    return address;
  }

  /** The address that an instruction of the second or fourth column (`…01`, `…11`) means; `index` where others count with X. */
  #address(opcode: number, index: number, low: number, high: number): number {
    switch ((opcode >> 2) & 7) {
      case 0:
        return this.#pointer((low + this.x) & 0xff, low);
      case 1:
        return low;
      case 2:
        return (this.pc - 1) & 0xffff;
      case 3:
        return low | (high << 8);
      case 4:
        return this.#indexed(opcode, this.#pointer(low, low), this.y);
      case 5:
        return (low + index) & 0xff;
      case 6:
        return this.#indexed(opcode, low | (high << 8), this.y);
      default:
        return this.#indexed(opcode, low | (high << 8), index);
    }
  }

  #arithmetic(opcode: number, low: number, high: number): void {
    const address = this.#address(opcode, this.x, low, high);
    if (opcode >> 5 === 4) {
      if (opcode !== 0x89) this.#write(address, this.a);
      return;
    }
    this.#accumulate(opcode, this.#read(address));
  }

  #accumulate(opcode: number, value: number): void {
    switch (opcode >> 5) {
      case 0:
        this.a = this.#flags(this.a | value);
        break;
      case 1:
        this.a = this.#flags(this.a & value);
        break;
      case 2:
        this.a = this.#flags(this.a ^ value);
        break;
      case 3:
        this.#add(value);
        break;
      case 5:
        this.a = this.#flags(value);
        break;
      case 6:
        this.#compare(this.a, value);
        break;
      default:
        this.#subtract(value);
    }
  }

  #add(value: number): void {
    const a = this.a;
    const sum = a + value + this.carry;
    if (this.decimal === 0) {
      this.overflow = ((a ^ sum) & (value ^ sum) & 0x80) >> 7;
      this.carry = sum >> 8;
      this.a = this.#flags(sum & 0xff);
      return;
    }
    let low = (a & 15) + (value & 15) + this.carry;
    if (low > 9) low = ((low + 6) & 15) + 16;
    let whole = (a & 0xf0) + (value & 0xf0) + low;
    this.#zero = sum & 0xff;
    this.#sign = whole;
    this.overflow = ((a ^ whole) & (value ^ whole) & 0x80) >> 7;
    if (whole >= 0xa0) whole += 0x60;
    this.carry = whole >= 0x100 ? 1 : 0;
    this.a = whole & 0xff;
  }

  #subtract(value: number): void {
    const a = this.a;
    const borrow = 1 - this.carry;
    const difference = a - value - borrow;
    this.overflow = ((a ^ value) & (a ^ difference) & 0x80) >> 7;
    this.carry = difference >= 0 ? 1 : 0;
    this.#flags(difference & 0xff);
    if (this.decimal === 0) {
      this.a = difference & 0xff;
      return;
    }
    let low = (a & 15) - (value & 15) - borrow;
    if (low < 0) low = ((low - 6) & 15) - 16;
    let whole = (a & 0xf0) - (value & 0xf0) + low;
    if (whole < 0) whole -= 0x60;
    this.a = whole & 0xff;
  }

  #compare(register: number, value: number): void {
    const difference = register - value;
    this.carry = difference >= 0 ? 1 : 0;
    this.#flags(difference & 0xff);
  }

  /** The third column: shifts, counting in memory, X. */
  #shifts(opcode: number, low: number, high: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 2) {
      if (operation === 4) this.a = this.#flags(this.x);
      else if (operation === 5) this.x = this.#flags(this.a);
      else if (operation === 6) this.x = this.#flags((this.x - 1) & 0xff);
      else if (operation < 4) this.a = this.#shift(operation, this.a);
      return;
    }
    if (mode === 6) {
      if (operation === 4) this.stack = this.x;
      else if (operation === 5) this.x = this.#flags(this.stack);
      return;
    }
    if (mode === 4 || (mode === 0 && operation < 4)) {
      this.#halt();
      return;
    }
    if (mode === 0) {
      if (operation === 5) this.x = this.#flags(low);
      return;
    }
    if (operation === 4) {
      const address = this.#address(opcode, this.y, low, high);
      this.#write(address, mode === 7 ? this.x & ((address >> 8) + 1) : this.x);
    } else if (operation === 5) {
      this.x = this.#flags(this.#read(this.#address(opcode, this.y, low, high)));
    } else {
      const address = this.#address(opcode, this.x, low, high);
      this.#write(address, this.#shift(operation, this.#read(address)));
    }
  }

  /** One of ASL, ROL, LSR, ROR, DEC, INC, by bits 5 to 7 of its opcode. */
  #shift(operation: number, value: number): number {
    const carry = this.carry;
    switch (operation) {
      case 0:
        this.carry = value >> 7;
        return this.#flags((value << 1) & 0xff);
      case 1:
        this.carry = value >> 7;
        return this.#flags(((value << 1) & 0xff) | carry);
      case 2:
        this.carry = value & 1;
        return this.#flags(value >> 1);
      case 3:
        this.carry = value & 1;
        return this.#flags((value >> 1) | (carry << 7));
      case 6:
        return this.#flags((value - 1) & 0xff);
      default:
        return this.#flags((value + 1) & 0xff);
    }
  }

  /** A halted chip fetches the same opcode for ever; only a reset frees it. */
  #halt(): void {
    this.pc = (this.pc - 1) & 0xffff;
  }

  /** BPL, BMI, BVC, BVS, BCC, BCS, BNE and BEQ, by bits 5 to 7 of its opcode. */
  #conditional(opcode: number, distance: number): void {
    const flag = opcode >> 6;
    const isSet =
      flag === 0
        ? (this.#sign & NEGATIVE) !== 0
        : flag === 1
          ? this.overflow !== 0
          : flag === 2
            ? this.carry !== 0
            : this.#zero === 0;
    this.#branchIf(isSet === ((opcode & 0x20) !== 0), distance);
  }

  #branchIf(isTaken: boolean, distance: number): void {
    if (!isTaken) return;
    const offset = (distance << 24) >> 24;
    const pc = this.pc;
    const target = (pc + offset) & 0xffff;
    const extra = ((pc ^ target) & 0xff00) === 0 ? 1 : 2;
    this.cycles += extra;
    this.pc = target;
    if (offset === WAIT_OFFSET) this.#skipWait(6 + extra);
  }

  /**
   * Programs wait for the timer by `LDA INTIM` and a branch back to it. While it shows one value, nothing changes but time: those
   * rounds are counted, not run.
   * @param cycles of one round
   */
  #skipWait(cycles: number): void {
    const bus = this.#bus;
    if (!bus.isTimerRead(this.pc)) return;
    const rounds = bus.readsBeforeTick(this.cycles + 4, cycles, this.a);
    if (2 * rounds > this.#left) return;
    this.cycles += rounds * cycles;
    this.#left -= 2 * rounds;
  }

  /** The first column at 0x08, 0x18, …, 0xf8. */
  #implied(opcode: number): void {
    switch (opcode >> 4) {
      case 0x0:
        this.#push(this.status);
        break;
      case 0x1:
      case 0x3:
        this.carry = opcode >> 5;
        break;
      case 0x2:
        this.status = this.#pull();
        break;
      case 0x4:
        this.#push(this.a);
        break;
      case 0x5:
      case 0x7:
        this.interrupt = (opcode >> 5) & 1;
        break;
      case 0x6:
        this.a = this.#flags(this.#pull());
        break;
      case 0x8:
        this.y = this.#flags((this.y - 1) & 0xff);
        break;
      case 0x9:
        this.a = this.#flags(this.y);
        break;
      case 0xa:
        this.y = this.#flags(this.a);
        break;
      case 0xb:
        this.overflow = 0;
        break;
      case 0xc:
        this.y = this.#flags((this.y + 1) & 0xff);
        break;
      case 0xe:
        this.x = this.#flags((this.x + 1) & 0xff);
        break;
      default:
        this.decimal = (opcode >> 5) & 1;
    }
  }

  /** The rest of the first column: jumps, Y, BIT and reads that change nothing. */
  #control(opcode: number, low: number, high: number): void {
    switch (opcode) {
      case 0x00:
        this.#break();
        return;
      case 0x20:
        this.#call(low, high);
        return;
      case 0x40:
        this.status = this.#pull();
        this.pc = this.#pull() | (this.#pull() << 8);
        return;
      case 0x60:
        this.pc = ((this.#pull() | (this.#pull() << 8)) + 1) & 0xffff;
        return;
      case 0x4c:
        this.pc = low | (high << 8);
        return;
      case 0x6c:
        // The carry of the second address is lost.
        this.pc = this.#read(low | (high << 8)) | (this.#read(((low + 1) & 0xff) | (high << 8)) << 8);
        return;
      default:
        this.#indexRegister(opcode, low, high);
    }
  }

  #break(): void {
    const next = (this.pc + 1) & 0xffff;
    this.#push(next >> 8);
    this.#push(next & 0xff);
    this.#push(this.status);
    this.interrupt = 1;
    this.pc = this.#read(0xfffe) | (this.#read(0xffff) << 8);
  }

  #call(low: number, high: number): void {
    const last = (this.pc - 1) & 0xffff;
    this.#push(last >> 8);
    this.#push(last & 0xff);
    this.pc = low | (high << 8);
  }

  #indexRegister(opcode: number, low: number, high: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 0) {
      if (operation === 5) this.y = this.#flags(low);
      else if (operation === 6) this.#compare(this.y, low);
      else if (operation === 7) this.#compare(this.x, low);
      return;
    }
    const address = this.#address(opcode, this.x, low, high);
    if (operation === 4) {
      this.#write(address, mode === 7 ? this.y & ((address >> 8) + 1) : this.y);
      return;
    }
    const value = this.#read(address);
    if (mode > 3) {
      if (operation === 5) this.y = this.#flags(value);
    } else if (operation === 1) {
      this.#sign = value;
      this.overflow = (value >> 6) & 1;
      this.#zero = this.a & value;
    } else if (operation === 5) this.y = this.#flags(value);
    else if (operation === 6) this.#compare(this.y, value);
    else if (operation === 7) this.#compare(this.x, value);
  }

  /** The fourth column, which the chip's makers left undefined: mostly one of the second and one of the third at once. */
  #undocumented(opcode: number, low: number, high: number): void {
    const mode = (opcode >> 2) & 7;
    const operation = opcode >> 5;
    if (mode === 2) {
      this.#undocumentedImmediate(operation, low);
      return;
    }
    if (operation === 4) {
      this.#storeBoth(opcode, this.#address(opcode, this.y, low, high));
    } else if (operation === 5) {
      const value = this.#read(this.#address(opcode, this.y, low, high));
      if (mode === 6) this.stack = value & this.stack;
      this.a = this.#flags(mode === 6 ? this.stack : value);
      this.x = this.a;
    } else {
      const address = this.#address(opcode, this.x, low, high);
      const value = this.#shift(operation, this.#read(address));
      this.#write(address, value);
      this.#accumulate(opcode, value);
    }
  }

  /** SAX, and its kin whose value is joined with the high byte of the address. */
  #storeBoth(opcode: number, address: number): void {
    const both = this.a & this.x;
    const high = ((address >> 8) + 1) & 0xff;
    if (opcode === 0x9b) {
      this.stack = both;
      this.#write(address, both & high);
    } else this.#write(address, opcode === 0x93 || opcode === 0x9f ? both & high : both);
  }

  #undocumentedImmediate(operation: number, value: number): void {
    switch (operation) {
      case 0:
      case 1:
        this.a = this.#flags(this.a & value);
        this.carry = this.a >> 7;
        break;
      case 2:
        this.a = this.#shift(2, this.a & value);
        break;
      case 3:
        this.a = this.#shift(3, this.a & value);
        this.carry = (this.a >> 6) & 1;
        this.overflow = ((this.a >> 6) ^ (this.a >> 5)) & 1;
        break;
      case 4:
        this.a = this.#flags((this.a | UNSTABLE_BITS) & this.x & value);
        break;
      case 5:
        this.a = this.#flags((this.a | UNSTABLE_BITS) & value);
        this.x = this.a;
        break;
      case 6: {
        const difference = (this.a & this.x) - value;
        this.carry = difference >= 0 ? 1 : 0;
        this.x = this.#flags(difference & 0xff);
        break;
      }
      default:
        this.#subtract(value);
    }
  }

  /** Writes the registers to `out` from `at` on; returns where the next may write. */
  save(out: Int32Array, at: number): number {
    out[at] = this.cycles;
    out[at + 1] = this.pc;
    out[at + 2] = this.a;
    out[at + 3] = this.x;
    out[at + 4] = this.y;
    out[at + 5] = this.stack;
    out[at + 6] = this.status;
    out[at + 7] = this.#sign;
    out[at + 8] = this.#zero;
    return at + 9;
  }

  /** Reads what `save` wrote; returns where the next may read. */
  load(from: Int32Array, at: number): number {
    this.cycles = from[at];
    this.pc = from[at + 1];
    this.a = from[at + 2];
    this.x = from[at + 3];
    this.y = from[at + 4];
    this.stack = from[at + 5];
    this.status = from[at + 6];
    // The negative and the zero flag may both be set, after BIT.
    this.#sign = from[at + 7];
    this.#zero = from[at + 8];
    return at + 9;
  }
}
