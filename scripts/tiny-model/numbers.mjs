/** Standard normal numbers from a seed: mulberry32 and Box–Muller. */
export function normals(seed) {
  const uniform = mulberry32(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Little-endian bfloat16, rounded to nearest even. */
export function bfloat16(values) {
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  const bytes = Buffer.alloc(2 * bits.length);
  bits.forEach((word, i) => bytes.writeUInt16LE(((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff, 2 * i));
  return bytes;
}

function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
