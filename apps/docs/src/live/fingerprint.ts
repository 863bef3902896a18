/**
 * A number in 8 hexadecimal digits for the bits of arrays (FNV-1a over their 32-bit words): equal for equal bits, and different, but for one case in
 * four thousand million, for others.
 */
export function fingerprint(arrays: Iterable<Float32Array>): string {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    // A copy starts at a multiple of four bytes, whatever the array is a part of.
    for (const word of new Uint32Array(array.slice().buffer)) hash = Math.imul(hash ^ word, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
