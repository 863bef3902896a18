/**
 * Cycles of each opcode of the 6502 without penalties, one row for each high nibble. Opcodes without a documented meaning follow the
 * memory accesses that the chip makes for them. Those that halt the chip count 2, so that time goes on around them.
 */
export const OPCODE_CYCLES = Uint8Array.from(
  [
    '7 6 2 8 3 3 5 5 3 2 2 2 4 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
    '6 6 2 8 3 3 5 5 4 2 2 2 4 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
    '6 6 2 8 3 3 5 5 3 2 2 2 3 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
    '6 6 2 8 3 3 5 5 4 2 2 2 5 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
    '2 6 2 6 3 3 3 3 2 2 2 2 4 4 4 4',
    '2 6 2 6 4 4 4 4 2 5 2 5 5 5 5 5',
    '2 6 2 6 3 3 3 3 2 2 2 2 4 4 4 4',
    '2 5 2 5 4 4 4 4 2 4 2 4 4 4 4 4',
    '2 6 2 8 3 3 5 5 2 2 2 2 4 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
    '2 6 2 8 3 3 5 5 2 2 2 2 4 4 6 6',
    '2 5 2 8 4 4 6 6 2 4 2 7 4 4 7 7',
  ].flatMap(row => row.split(' ').map(Number)),
);

/** 1 where a read through an index costs one more cycle when it leaves the page: those whose time does not allow for it already. */
export const PAGE_PENALTY = Uint8Array.from({ length: 256 }, (_, opcode) => {
  const mode = opcode & 0x1f;
  const indexed = mode === 0x11 || mode === 0x13 ? 5 : mode === 0x19 || mode === 0x1b || mode >= 0x1c ? 4 : 0;
  return indexed !== 0 && OPCODE_CYCLES[opcode] === indexed && (opcode & 0xe0) !== 0x80 ? 1 : 0;
});

/**
 * Bytes of each opcode, by its column (the low two bits) and mode (the next three). BRK counts 1: the byte behind it is skipped by the
 * return address. Opcodes that halt the chip count 1 too.
 */
export const OPCODE_BYTES = Uint8Array.from({ length: 256 }, (_, opcode) => {
  const mode = (opcode >> 2) & 7;
  const isAbsolute = mode === 3 || mode === 7;
  if ((opcode & 1) !== 0) return isAbsolute || mode === 6 ? 3 : 2;
  if (mode === 2 || mode === 6) return 1;
  if (opcode === 0x20) return 3;
  if (mode === 0 && opcode < 0x80) return 1;
  if (mode === 4 && (opcode & 2) !== 0) return 1;
  return isAbsolute ? 3 : 2;
});
