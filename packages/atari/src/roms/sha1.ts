/** SHA-1 of some bytes, in hexadecimal (FIPS 180-4): what cartridges are known by. It answers at once, as `crypto.subtle` does not. */
export function sha1(bytes: Uint8Array): string {
  const blocks = ((bytes.length + 8) >> 6) + 1;
  const words = new Int32Array(16 * blocks);
  for (let i = 0; i < bytes.length; i++) words[i >> 2] |= bytes[i] << (24 - 8 * (i & 3));
  words[bytes.length >> 2] |= 0x80 << (24 - 8 * (bytes.length & 3));
  words[words.length - 1] = bytes.length * 8;
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const schedule = new Int32Array(80);
  for (let block = 0; block < blocks; block++) {
    schedule.set(words.subarray(16 * block, 16 * block + 16));
    for (let t = 16; t < 80; t++) {
      schedule[t] = rotate(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
    }
    compress(hash, schedule);
  }
  return Array.from(hash, word => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function compress(hash: Int32Array, schedule: Int32Array): void {
  let [a, b, c, d, e] = hash;
  for (let t = 0; t < 80; t++) {
    const mixed =
      t < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : t < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : t < 60
            ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
            : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotate(a, 5) + mixed + e + schedule[t]) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  for (const [i, word] of [a, b, c, d, e].entries()) hash[i] += word;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
