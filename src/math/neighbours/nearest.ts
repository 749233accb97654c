import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Dense, Gemm, Kernel } from '../gemm';

/** The k nearest other points of every point. */
export interface Neighbours {
  readonly k: number;
  /** i32 [points, k], the nearest first. */
  readonly indices: Int32Array;
  /** f64 [points, k], Euclidean. */
  readonly distances: Float64Array;
}

/** Points × points of one product: 32 MB in float32. */
const TILE = 2 ** 23;
/** Candidates beyond k that are measured exactly. */
const SPARE = 12;
/** Unit roundoff of float32. */
const ROUNDOFF = 2 ** -24;

/**
 * Exact k nearest neighbours by brute force: candidates by ½‖b‖² − a·b in float32 GEMM, their distances again in float64.
 * Where rounding could hide a nearer point behind the candidates, the row is searched in float64. At most 2²⁴ points.
 * @param points f64 [count, width]; best centred, for the rounding grows with the norms
 * @param k 1 … count − 1
 */
export async function* nearestNeighbours(
  points: Float64Array,
  width: number,
  k: number,
  { gemm, signal, unit = 'points' }: { readonly gemm: Gemm; readonly signal: AbortSignal; readonly unit?: string },
): AsyncGenerator<Progress, Neighbours> {
  const count = points.length / width;
  if (!(k >= 1 && k < count)) throw new RangeError(`${k} neighbours among ${count} points`);
  // A row finds itself among its candidates, unless that many others lie on the same spot.
  const candidates = Math.min(k + SPARE, count);
  const search = new Search(points, width, candidates);
  const indices = new Int32Array(count * k);
  const distances = new Float64Array(count * k);
  const rows = Math.max(1, Math.floor(TILE / count));
  const { left, right } = search.factors();
  for (let from = 0; from < count; from += rows) {
    if (signal.aborted) throw new Cancelled();
    const to = Math.min(count, from + rows);
    const some = { data: left.data.subarray(from * (width + 1), to * (width + 1)), dims: [to - from, width + 1] };
    const { halves, columns } = await gemm.run(nearest(candidates), { left: some, right }, ['halves', 'columns']);
    for (let row = from; row < to; row += 1) {
      const found = search.nearest(row, columns.data, halves.data, (row - from) * candidates, k);
      for (let i = 0; i < k; i += 1) {
        indices[row * k + i] = found.indices[i]!;
        distances[row * k + i] = found.distances[i]!;
      }
    }
    yield { phase: 'Nearest neighbours', done: to, total: count, unit };
  }
  return { k, indices, distances };
}

/** The `count` smallest of every row of left·rightᵀ, and which columns they are. */
const nearest = (count: number): Kernel => ({
  name: `nearest ${count}`,
  element: 'float32',
  build(graph) {
    const products = graph.node('Gemm', [graph.input('left', 2), graph.input('right', 2)], { transB: 1 });
    const { values, columns } = graph.smallest(products, count);
    graph.output('halves', values, 2);
    graph.output('columns', columns, 2);
  },
});

/** Candidates of one row at a time. */
class Search {
  private readonly count: number;
  private readonly squares: Float64Array;
  private readonly largest: number;
  private readonly indices: Int32Array;
  private readonly distances: Float64Array;
  private readonly order: Int32Array;

  constructor(
    private readonly points: Float64Array,
    private readonly width: number,
    private readonly candidates: number,
  ) {
    this.count = points.length / width;
    this.squares = new Float64Array(this.count);
    for (let row = 0; row < this.count; row += 1) {
      let sum = 0;
      for (let i = row * width; i < (row + 1) * width; i += 1) sum += points[i]! * points[i]!;
      this.squares[row] = sum;
    }
    this.largest = this.squares.reduce((most, square) => Math.max(most, square), 0);
    this.indices = new Int32Array(candidates);
    this.distances = new Float64Array(candidates);
    this.order = new Int32Array(candidates);
  }

  /** Rows [−a, 1] and [b, ½‖b‖²], whose products are ½‖b‖² − a·b: half the squared distance, less ½‖a‖². */
  factors(): { readonly left: Dense<Float32Array>; readonly right: Dense<Float32Array> } {
    const { points, width, count, squares } = this;
    const left = new Float32Array(count * (width + 1));
    const right = new Float32Array(count * (width + 1));
    for (let row = 0; row < count; row += 1) {
      for (let i = 0; i < width; i += 1) {
        const value = points[row * width + i]!;
        left[row * (width + 1) + i] = -value;
        right[row * (width + 1) + i] = value;
      }
      left[row * (width + 1) + width] = 1;
      right[row * (width + 1) + width] = squares[row]! / 2;
    }
    const dims = [count, width + 1];
    return { left: { data: left, dims }, right: { data: right, dims } };
  }

  /**
   * @param columns the row's candidates, from `at` on
   * @param halves their half squared distances less ½‖a‖², from `at` on
   * @returns the first k of them by exact distance, ties to the lower index; the arrays are used again
   */
  nearest(
    row: number,
    columns: ArrayLike<number>,
    halves: ArrayLike<number>,
    at: number,
    k: number,
  ): { readonly indices: Int32Array; readonly distances: Float64Array } {
    const own = Math.sqrt(this.squares[row]!);
    const filled = this.measure(row, columns, halves, at, k);
    let most = -Infinity;
    for (let i = at; i < at + this.candidates; i += 1) most = Math.max(most, halves[i]!);
    const isSure =
      this.candidates === this.count ||
      (filled >= k && this.isBeyond(own, this.squares[row]! + 2 * most, this.distances[k - 1]!));
    if (!isSure) this.exactly(row);
    return { indices: this.indices, distances: this.distances };
  }

  /**
   * Whether a squared distance of float32 from a point of length `own` is beyond a distance, whatever rounding did to it. What lies
   * nearer is not longer than `own + distance`: one massive point elsewhere makes no row unsure.
   */
  private isBeyond(own: number, square: number, distance: number): boolean {
    const longest = Math.min(Math.sqrt(this.largest), own + distance);
    const slack = 2 * (this.width + 8) * ROUNDOFF * (own + longest) ** 2;
    return distance ** 2 + slack < square;
  }

  /** Exact distances of the candidates that may be among the first k, ascending. @returns how many they are */
  private measure(row: number, columns: ArrayLike<number>, halves: ArrayLike<number>, at: number, k: number): number {
    const { indices, distances, order, candidates } = this;
    for (let i = 0; i < candidates; i += 1) {
      // By insertion: they are few.
      let place = i;
      for (; place > 0 && halves[at + order[place - 1]!]! > halves[at + i]!; place -= 1)
        order[place] = order[place - 1]!;
      order[place] = i;
    }
    const own = Math.sqrt(this.squares[row]!);
    let filled = 0;
    for (let i = 0; i < candidates; i += 1) {
      const candidate = at + order[i]!;
      const other = columns[candidate]!;
      if (other === row) continue;
      const square = this.squares[row]! + 2 * halves[candidate]!;
      if (filled >= k && this.isBeyond(own, square, distances[k - 1]!)) break;
      filled = insert(indices, distances, filled, candidates, other, Math.sqrt(this.square(row, other)));
    }
    return filled;
  }

  private exactly(row: number): void {
    const { indices, distances, candidates, count } = this;
    let filled = 0;
    for (let other = 0; other < count; other += 1) {
      if (other === row) continue;
      const distance = Math.sqrt(this.square(row, other));
      if (filled === candidates && distance >= distances[candidates - 1]!) continue;
      filled = insert(indices, distances, filled, candidates, other, distance);
    }
  }

  private square(row: number, other: number): number {
    const { points, width } = this;
    let sum = 0;
    for (let i = row * width, j = other * width, end = i + width; i < end; i += 1, j += 1) {
      const difference = points[i]! - points[j]!;
      sum += difference * difference;
    }
    return sum;
  }
}

/** Inserts into an ascending list, equals by index; the last drops out of a full one. @returns how many it holds */
function insert(
  indices: Int32Array,
  values: Float64Array,
  filled: number,
  room: number,
  index: number,
  value: number,
): number {
  let place = Math.min(filled, room - 1);
  const isBefore = (at: number): boolean => value < values[at]! || (value === values[at]! && index < indices[at]!);
  if (filled === room && !isBefore(place)) return filled;
  while (place > 0 && isBefore(place - 1)) {
    values[place] = values[place - 1]!;
    indices[place] = indices[place - 1]!;
    place -= 1;
  }
  values[place] = value;
  indices[place] = index;
  return Math.min(filled + 1, room);
}
