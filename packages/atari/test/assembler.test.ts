import { InputError } from '@zpin/contracts';
import { expect, test } from 'vitest';
import { assemble } from '../assembler/assembler.ts';

const bytesOf = (source: string, length: number) => [...assemble(source, { size: 64 }).bytes.subarray(0, length)];

test('instructions in all of their modes', () => {
  const source = `
value = $80
 lda #<start   ; low byte
start: lda value
 lda value,x
 ldx value,y
 lda $1234
 lda $1234,y
 lda (value),y
 lda (value,x)
 jmp ($fffc)
 asl
 asl a
 rts`;
  const expected = [
    [0xa9, 0x02],
    [0xa5, 0x80],
    [0xb5, 0x80],
    [0xb6, 0x80],
    [0xad, 0x34, 0x12],
    [0xb9, 0x34, 0x12],
    [0xb1, 0x80],
    [0xa1, 0x80],
    [0x6c, 0xfc, 0xff],
    [0x0a],
    [0x0a],
    [0x60],
  ].flat();
  expect(bytesOf(source, expected.length + 1)).toEqual([...expected, 0xff]);
});

test('branches to both sides, names before they are known, directives', () => {
  const source = `
back: bne ahead
 beq back
 .byte 1, -1, %101
ahead: .word ahead, ahead + 2 - 1
 .align 16
 .byte >ahead`;
  expect(bytesOf(source, 17)).toEqual([0xd0, 5, 0xf0, 0xfc, 1, 0xff, 5, 7, 0xf0, 8, 0xf0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0]);
});

test.each([
  [' lad #1', 'assemble (line 1): an instruction must be one of the 6502, got "lad". Correct it.'],
  ['\n lda nowhere', 'assemble (line 2): a name must be defined, got "nowhere". Define it.'],
  ['a: nop\na: nop', 'assemble (line 2): a name must be defined once, got "a". Choose another name.'],
  ['a: .org $f0c0\n bne a', 'assemble (line 2): a program must lie within its ROM, got 61632. Shorten it.'],
  [' lda #256', 'assemble (line 1): a byte must be in [-128, 255], got 256. Take the low or the high byte with < or >.'],
  [' sta #1', 'assemble (line 1): sta must have an operand that it knows, got "#1". Use another instruction.'],
])('%j is refused', (source, message) => {
  expect(() => assemble(source, { size: 64 })).toThrow(new InputError(message));
});
