/** Ways in which an instruction names what it works on. */
export type Mode =
  | 'implied'
  | 'immediate'
  | 'zeroPage'
  | 'zeroPageX'
  | 'zeroPageY'
  | 'absolute'
  | 'absoluteX'
  | 'absoluteY'
  | 'indirect'
  | 'indirectX'
  | 'indirectY'
  | 'relative';

/** Bytes behind the opcode. */
export const OPERAND_BYTES: Readonly<Record<Mode, number>> = {
  implied: 0,
  immediate: 1,
  zeroPage: 1,
  zeroPageX: 1,
  zeroPageY: 1,
  absolute: 2,
  absoluteX: 2,
  absoluteY: 2,
  indirect: 2,
  indirectX: 1,
  indirectY: 1,
  relative: 1,
};

/** Modes of the lists below, in their order. */
const COLUMNS: readonly Mode[] = [
  'immediate',
  'zeroPage',
  'zeroPageX',
  'zeroPageY',
  'absolute',
  'absoluteX',
  'absoluteY',
  'indirectX',
  'indirectY',
  'implied',
];

/** Opcodes in hexadecimal, `--` where a mode does not exist: # zp zp,x zp,y abs abs,x abs,y (zp,x) (zp),y implied. */
const WITH_OPERAND: Readonly<Record<string, string>> = {
  adc: '69 65 75 -- 6d 7d 79 61 71 --',
  and: '29 25 35 -- 2d 3d 39 21 31 --',
  asl: '-- 06 16 -- 0e 1e -- -- -- 0a',
  bit: '-- 24 -- -- 2c -- -- -- -- --',
  cmp: 'c9 c5 d5 -- cd dd d9 c1 d1 --',
  cpx: 'e0 e4 -- -- ec -- -- -- -- --',
  cpy: 'c0 c4 -- -- cc -- -- -- -- --',
  dec: '-- c6 d6 -- ce de -- -- -- --',
  eor: '49 45 55 -- 4d 5d 59 41 51 --',
  inc: '-- e6 f6 -- ee fe -- -- -- --',
  jmp: '-- -- -- -- 4c -- -- -- -- --',
  jsr: '-- -- -- -- 20 -- -- -- -- --',
  lda: 'a9 a5 b5 -- ad bd b9 a1 b1 --',
  ldx: 'a2 a6 -- b6 ae -- be -- -- --',
  ldy: 'a0 a4 b4 -- ac bc -- -- -- --',
  lsr: '-- 46 56 -- 4e 5e -- -- -- 4a',
  ora: '09 05 15 -- 0d 1d 19 01 11 --',
  rol: '-- 26 36 -- 2e 3e -- -- -- 2a',
  ror: '-- 66 76 -- 6e 7e -- -- -- 6a',
  sbc: 'e9 e5 f5 -- ed fd f9 e1 f1 --',
  sta: '-- 85 95 -- 8d 9d 99 81 91 --',
  stx: '-- 86 -- 96 8e -- -- -- -- --',
  sty: '-- 84 94 -- 8c -- -- -- -- --',
};

const IMPLIED: Readonly<Record<string, number>> = {
  brk: 0x00,
  clc: 0x18,
  cld: 0xd8,
  cli: 0x58,
  clv: 0xb8,
  dex: 0xca,
  dey: 0x88,
  inx: 0xe8,
  iny: 0xc8,
  nop: 0xea,
  pha: 0x48,
  php: 0x08,
  pla: 0x68,
  plp: 0x28,
  rti: 0x40,
  rts: 0x60,
  sec: 0x38,
  sed: 0xf8,
  sei: 0x78,
  tax: 0xaa,
  tay: 0xa8,
  tsx: 0xba,
  txa: 0x8a,
  txs: 0x9a,
  tya: 0x98,
};

const BRANCHES: Readonly<Record<string, number>> = {
  bcc: 0x90,
  bcs: 0xb0,
  beq: 0xf0,
  bmi: 0x30,
  bne: 0xd0,
  bpl: 0x10,
  bvc: 0x50,
  bvs: 0x70,
};

/** Opcode of each documented instruction in each of its modes. */
export const OPCODES: ReadonlyMap<string, ReadonlyMap<Mode, number>> = new Map<string, ReadonlyMap<Mode, number>>([
  ...Object.entries(WITH_OPERAND).map(([name, row]) => {
    const modes = row
      .split(' ')
      .flatMap((hex, i): [Mode, number][] => (hex === '--' ? [] : [[COLUMNS[i], Number.parseInt(hex, 16)]]));
    if (name === 'jmp') modes.push(['indirect', 0x6c]);
    return [name, new Map(modes)] as const;
  }),
  ...Object.entries(IMPLIED).map(([name, opcode]) => [name, new Map<Mode, number>([['implied', opcode]])] as const),
  ...Object.entries(BRANCHES).map(([name, opcode]) => [name, new Map<Mode, number>([['relative', opcode]])] as const),
]);

export interface Instruction {
  /** Three letters, for example `lda`. */
  readonly name: string;
  readonly mode: Mode;
}

/** What each opcode means; `undefined` for those without a documented meaning. */
export const INSTRUCTIONS: readonly (Instruction | undefined)[] = byOpcode();

function byOpcode(): (Instruction | undefined)[] {
  const all: (Instruction | undefined)[] = Array.from({ length: 256 });
  for (const [name, modes] of OPCODES) for (const [mode, opcode] of modes) all[opcode] = { name, mode };
  return all;
}
