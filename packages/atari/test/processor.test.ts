import { Rng } from '@zpin/contracts';
import { describe, expect, test } from 'vitest';
import { Cartridge } from '../src/console/cartridge.ts';
import { machineOf, runProgram } from './machine.ts';

/** Bits of the status register, as letters. */
function flagsOf(status: number): string {
  return ['N', 'V', '', '', 'D', 'I', 'Z', 'C'].filter((_, i) => (status << i) & 0x80).join('');
}

interface Expected {
  readonly a?: number;
  readonly x?: number;
  readonly y?: number;
  /** All flags that are set, without the two that always are. */
  readonly flags: string;
  /** Cycles of the last line of the program. */
  readonly cycles: number;
}

/** A program without its last line, that line, and what it leaves. */
const cases: readonly (readonly [before: string, line: string, expected: Expected])[] = [
  // Addition and subtraction in binary: the four signs, and carries.
  ['clc\n lda #$50', 'adc #$10', { a: 0x60, flags: '', cycles: 2 }],
  ['clc\n lda #$50', 'adc #$50', { a: 0xa0, flags: 'NV', cycles: 2 }],
  ['clc\n lda #$50', 'adc #$d0', { a: 0x20, flags: 'C', cycles: 2 }],
  ['clc\n lda #$d0', 'adc #$90', { a: 0x60, flags: 'VC', cycles: 2 }],
  ['sec\n lda #$ff', 'adc #$00', { a: 0x00, flags: 'ZC', cycles: 2 }],
  ['sec\n lda #$50', 'sbc #$f0', { a: 0x60, flags: '', cycles: 2 }],
  ['sec\n lda #$50', 'sbc #$b0', { a: 0xa0, flags: 'NV', cycles: 2 }],
  ['sec\n lda #$d0', 'sbc #$70', { a: 0x60, flags: 'VC', cycles: 2 }],
  ['clc\n lda #$01', 'sbc #$00', { a: 0x00, flags: 'ZC', cycles: 2 }],
  // Decimal mode: digits carry at ten; Z is that of the binary sum, N and V those before the upper digit is set right.
  ['sed\n clc\n lda #$19', 'adc #$28', { a: 0x47, flags: 'D', cycles: 2 }],
  ['sed\n clc\n lda #$58', 'adc #$46', { a: 0x04, flags: 'NVDC', cycles: 2 }],
  ['sed\n sec\n lda #$99', 'adc #$00', { a: 0x00, flags: 'NDC', cycles: 2 }],
  ['sed\n clc\n lda #$79', 'adc #$00', { a: 0x79, flags: 'D', cycles: 2 }],
  ['sed\n sec\n lda #$46', 'sbc #$12', { a: 0x34, flags: 'DC', cycles: 2 }],
  ['sed\n sec\n lda #$12', 'sbc #$21', { a: 0x91, flags: 'ND', cycles: 2 }],
  ['sed\n clc\n lda #$40', 'sbc #$13', { a: 0x26, flags: 'DC', cycles: 2 }],
  // Comparisons.
  ['lda #$40', 'cmp #$40', { flags: 'ZC', cycles: 2 }],
  ['ldx #$40', 'cpx #$41', { flags: 'N', cycles: 2 }],
  ['ldy #$90', 'cpy #$01', { flags: 'NC', cycles: 2 }],
  // Logic and bits.
  ['lda #$f0', 'and #$0f', { a: 0, flags: 'Z', cycles: 2 }],
  ['lda #$f0', 'eor #$ff', { a: 0x0f, flags: '', cycles: 2 }],
  ['lda #$c1\n sta $80\n lda #$02', 'bit $80', { a: 2, flags: 'NVZ', cycles: 3 }],
  // Shifts.
  ['sec\n lda #$81', 'asl', { a: 0x02, flags: 'C', cycles: 2 }],
  ['sec\n lda #$81', 'rol', { a: 0x03, flags: 'C', cycles: 2 }],
  ['clc\n lda #$01', 'lsr', { a: 0x00, flags: 'ZC', cycles: 2 }],
  ['sec\n lda #$00', 'ror', { a: 0x80, flags: 'N', cycles: 2 }],
  ['ldx #0\n stx $80', 'dec $80', { flags: 'N', cycles: 5 }],
  ['ldx #1\n lda #$7f\n sta $81', 'inc $80,x', { flags: 'N', cycles: 6 }],
  // Addressing: wraps of the zero page, pages that are left.
  ['lda #$77\n sta $80\n ldx #$81', 'lda $ff,x', { a: 0x77, flags: '', cycles: 4 }],
  ['ldx #$01', 'lda $f010,x', { flags: 'N', a: 0xff, cycles: 4 }],
  ['ldy #$ff', 'lda $f1f0,y', { a: 0xff, flags: 'N', cycles: 5 }],
  ['ldx #$ff', 'sta $f1f0,x', { flags: 'N', cycles: 5 }],
  ['lda #$f0\n sta $80\n lda #$f1\n sta $81\n ldy #$20', 'lda ($80),y', { a: 0xff, flags: 'N', cycles: 6 }],
  ['lda #$f0\n sta $80\n lda #$f1\n sta $81\n ldx #$04', 'lda ($7c,x)', { a: 0xff, flags: 'N', cycles: 6 }],
  // Transfers and the stack.
  ['ldx #$80\n txs', 'tsx', { x: 0x80, flags: 'N', cycles: 2 }],
  ['lda #$00\n pha\n lda #$55', 'pla', { a: 0, flags: 'Z', cycles: 4 }],
  ['sec\n sed', 'php', { flags: 'DC', cycles: 3 }],
  ['lda #$c3\n pha', 'plp', { flags: 'NVZC', cycles: 4 }],
  // Opcodes without a documented meaning, as games use them.
  ['lda #$0f\n sta $80\n ldx #0', '.byte $a7, $80', { a: 0x0f, x: 0x0f, flags: '', cycles: 3 }],
  ['lda #$f3\n ldx #$3f', '.byte $87, $80', { a: 0xf3, flags: '', cycles: 3 }],
  ['lda #$10\n sta $80\n lda #$0f', '.byte $c7, $80', { a: 0x0f, flags: 'ZC', cycles: 5 }],
  ['sec\n lda #$0f\n sta $80\n lda #$20', '.byte $e7, $80', { a: 0x10, flags: 'C', cycles: 5 }],
  ['lda #$81\n sta $80\n lda #$04', '.byte $07, $80', { a: 0x06, flags: 'C', cycles: 5 }],
  ['sec\n lda #$40\n sta $80\n lda #$f1', '.byte $27, $80', { a: 0x81, flags: 'N', cycles: 5 }],
  ['lda #$03\n sta $80\n lda #$01', '.byte $47, $80', { a: 0x00, flags: 'ZC', cycles: 5 }],
  ['clc\n lda #$02\n sta $80\n lda #$01', '.byte $67, $80', { a: 0x02, flags: '', cycles: 5 }],
  ['lda #$8f', '.byte $0b, $f0', { a: 0x80, flags: 'NC', cycles: 2 }],
  ['lda #$ff', '.byte $4b, $03', { a: 0x01, flags: 'C', cycles: 2 }],
  ['lda #$3f\n ldx #$f3', '.byte $cb, $03', { x: 0x30, flags: 'C', cycles: 2 }],
  ['clc', '.byte $04, $80', { flags: '', cycles: 3 }],
  ['ldx #$20', '.byte $1c, $f0, $f1', { flags: '', cycles: 5 }],
];

describe('an instruction', () => {
  test.each(cases)('%s → %s', (before, line, { flags, cycles, ...registers }) => {
    const { processor } = runProgram(` cld\n ${before}\n ${line}`);
    expect(processor).toMatchObject(registers);
    expect(flagsOf(processor.status)).toBe(flags);
    expect(processor.cycles - runProgram(` cld\n ${before}`).processor.cycles).toBe(cycles);
  });
});

test('a branch takes 2 cycles, 3 when it is taken, 4 when it leaves the page', () => {
  expect(runProgram(' lda #1\n beq end').processor.cycles).toBe(4);
  expect(runProgram(' lda #1\n bne end').processor.cycles).toBe(5);
  const leaving = ' jmp far\n .org $f0f0\nfar: lda #1\n bne end\n .org $f104';
  expect(runProgram(leaving).processor.cycles).toBe(3 + 2 + 4);
});

test('a subroutine returns behind its call, and the stack holds the address of the last byte of it', () => {
  const { processor, ram } = runProgram(' ldx #$ff\n txs\n jsr sub\n jmp end\nsub: rts');
  expect([ram[0x7f], ram[0x7e]]).toEqual([0xf0, 0x05]);
  expect(processor.stack).toBe(0xff);
  expect(processor.cycles).toBe(2 + 2 + 6 + 6 + 3);
});

test('BRK pushes the address two bytes on and the flags, and RTI goes back there', () => {
  // The vector leads to the first instruction, which tells the interrupt from the start by a byte of memory.
  const source = ' lda $80\n bne handler\n inc $80\n ldx #$ff\n txs\n sec\n brk\n nop\n jmp end\nhandler: rti';
  const { processor, ram } = runProgram(source);
  expect([ram[0x7f], ram[0x7e], ram[0x7d] & 1]).toEqual([0xf0, 0x0c, 1]);
  expect(processor.cycles).toBe(3 + 2 + 5 + 2 + 2 + 2 + 7 + (3 + 3 + 6) + 3);
  expect(processor.status & 1).toBe(1);
});

test('JMP through a pointer at the end of a page reads its high byte from the beginning of that page', () => {
  const source = ' jmp ($f1ff)\n .org $f100\n .byte $f2\n .org $f1ff\n .byte $00, $f3\n .org $f200';
  expect(runProgram(source).processor.cycles).toBe(5);
});

/** Addresses of the memory that some cartridges bring: written in the first half, read in the second. */
const EXTRA_RAM = 128;

/**
 * Two machines that differ in one thing: the first bytes of the cartridge are plain ROM in one, and memory in the other, out of which
 * programs run byte by byte.
 */
function twins(image: Uint8Array) {
  const banks = new Uint8Array(8192);
  for (const bank of [0, 4096]) banks.set(image, bank);
  const cartridges = [new Cartridge(image, '4K'), new Cartridge(banks, 'F8SC')];
  let filled = 0;
  cartridges[1].reset(() => image[filled++]);
  return cartridges.map(machineOf);
}

test('each opcode does the same from plain ROM and from memory, whatever its bytes and the registers are', () => {
  const rng = new Rng(3);
  const bytes = (length: number) => Uint8Array.from({ length }, () => rng.integers(0, 256));
  const [before, after] = [new Int32Array(10_000), new Int32Array(10_000)];
  for (let opcode = 0; opcode < 256; opcode++) {
    for (let round = 0; round < 16; round++) {
      const [image, ram, registers] = [bytes(4096), bytes(128), bytes(5)];
      const at = EXTRA_RAM + rng.integers(0, EXTRA_RAM - 3);
      image[at] = opcode;
      image.copyWithin(0, EXTRA_RAM, 2 * EXTRA_RAM);
      const [plain, other] = twins(image).map(({ processor, tia, riot }, index) => {
        riot.ram.set(ram);
        processor.pc = 0xf000 | at;
        [processor.a, processor.x, processor.y, processor.stack, processor.status] = registers;
        processor.cycles = 1000;
        processor.step();
        const state = index === 0 ? before : after;
        return riot.save(state, tia.save(state, processor.save(state, 0)));
      });
      expect([opcode, other, before.findIndex((value, i) => value !== after[i])]).toEqual([opcode, plain, -1]);
    }
  }
});
