import type { Random } from './random';

/** Layers of equal area under exp(−x²/2), and where the tail begins: Marsaglia & Tsang's ziggurat (2000) for 128. */
const LAYERS = 128;
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;
/** 25 bits for the place within a layer, of which one is the sign; the 7 others choose the layer. */
const PLACES = 2 ** 24;
const AT_ONCE = 4096;

const { edges, heights } = ziggurat();

/** Right edges of the layers, edge 0 that of the lowest with its tail, and the density at each. */
function ziggurat(): { edges: Float64Array; heights: Float64Array } {
  const right = new Float64Array(LAYERS + 1);
  right[0] = AREA / density(TAIL);
  right[1] = TAIL;
  for (let i = 2; i < LAYERS; i += 1) {
    right[i] = Math.sqrt(-2 * Math.log(AREA / right[i - 1]! + density(right[i - 1]!)));
  }
  return { edges: right, heights: right.map(density) };
}

function density(x: number): number {
  return Math.exp(-(x * x) / 2);
}

/** Fills a list with independent standard normals, to 24 bits. */
export function fillNormal(out: Float32Array, random: Random): void {
  const drawn = new Uint32Array(AT_ONCE);
  for (let from = 0; from < out.length; from += AT_ONCE) {
    random.fill(drawn);
    const to = Math.min(out.length, from + AT_ONCE);
    for (let i = from; i < to; i += 1) out[i] = fromBits(drawn[i - from]!, random);
  }
}

function fromBits(bits: number, random: Random): number {
  const layer = bits & (LAYERS - 1);
  const x = (((bits >> 7) + 0.5) / PLACES) * edges[layer]!;
  // Nearly always the place lies in the part of its layer that is all under the curve.
  return Math.abs(x) < edges[layer + 1]! ? x : nearEdge(layer, x, random);
}

function nearEdge(layer: number, x: number, random: Random): number {
  if (layer === 0) return x < 0 ? -beyondTail(random) : beyondTail(random);
  const height = heights[layer]! + random.uniform() * (heights[layer + 1]! - heights[layer]!);
  return height < density(x) ? x : fromBits(random.uint32(), random);
}

/** A normal given that it is beyond `TAIL` (Marsaglia 1964). */
function beyondTail(random: Random): number {
  for (;;) {
    const x = -Math.log(1 - random.uniform()) / TAIL;
    const y = -Math.log(1 - random.uniform());
    if (2 * y > x * x) return TAIL + x;
  }
}
