import { availableParallelism } from 'node:os';
import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AlgebraGraph } from './onnx';
import type { Element } from './onnx';

/** A dense array in C order. */
export interface Dense<Data extends Float32Array | Float64Array = Float64Array> {
  readonly data: Data;
  readonly dims: readonly number[];
}

/** A fused piece of algebra: its graph is built and loaded once per `Gemm`, under its name. */
export interface Kernel {
  readonly name: string;
  readonly element: Element;
  build(graph: AlgebraGraph): void;
}

/**
 * Inputs up to this size run in a session that keeps its memory for the next call; larger ones give it back, for such an
 * arena would hold the largest of every shape it met.
 */
const POOLED_BYTES = 2 ** 24;

/** Columns, or rows, per thread from which the BLAS sums each element alike, however many threads there are. */
const FEWEST_COLUMNS = 64;
const FEWEST_ROWS = 16;

/**
 * Dense algebra on ONNX Runtime, whose MatMul is the BLAS: 40 to 75 GFLOPS in float64 on two cores, against about one in
 * plain JavaScript. Sessions are cached; `dispose` frees them.
 */
export class Gemm {
  private readonly sessions = new Map<string, Promise<InferenceSession>>();
  private library: Promise<typeof OnnxRuntime> | undefined;

  /** @param threads cores for one product */
  constructor(private readonly threads = availableParallelism()) {}

  /**
   * A·B, either side transposed in its last two axes: [m, k]·[k, n], or [batch, m, k]·[batch, k, n]; a batch of one
   * stands for all.
   */
  async multiply<Data extends Float32Array | Float64Array>(
    a: Dense<Data>,
    b: Dense<Data>,
    { transposeA = false, transposeB = false } = {},
  ): Promise<Dense<Data>> {
    const ranks = [a.dims.length, b.dims.length] as const;
    const element: Element = a.data instanceof Float64Array ? 'float64' : 'float32';
    const kernel: Kernel = {
      name: `multiply ${element} ${ranks.join('·')} ${transposeA} ${transposeB}`,
      element,
      build(graph) {
        const left = graph.input('a', ranks[0]);
        const right = graph.input('b', ranks[1]);
        const flat = ranks[0] === 2 && ranks[1] === 2;
        const product = flat
          ? graph.node('Gemm', [left, right], { transA: Number(transposeA), transB: Number(transposeB) })
          : graph.node('MatMul', [
              transposeA ? graph.transpose(left, ranks[0]) : left,
              transposeB ? graph.transpose(right, ranks[1]) : right,
            ]);
        graph.output('c', product, Math.max(...ranks));
      },
    };
    const [m, n] = [a.dims.at(transposeA ? -1 : -2)!, b.dims.at(transposeB ? -2 : -1)!];
    const batch = Math.max(...[a, b].map(({ dims }) => (dims.length > 2 ? dims[0]! : 1)));
    const { c } = await this.run(kernel, { a, b }, ['c'], batch < this.threads && this.threadsWouldTell(m, n));
    return c as Dense<Data>;
  }

  /**
   * Whether the sums of a product of [m, n] would depend on the number of threads: the BLAS shares out columns where there
   * are more of them than rows, else rows, and sums in other portions where a thread gets fewer than 64 columns, or a
   * single row. Such a product is small, and runs on one thread.
   */
  private threadsWouldTell(m: number, n: number): boolean {
    return m < n ? n < FEWEST_COLUMNS * this.threads : n === 1 || m < FEWEST_ROWS * this.threads;
  }

  /** Runs a kernel; inputs and outputs by name. Nothing may be empty. @param alone on one thread */
  async run<Name extends string>(
    kernel: Kernel,
    inputs: Readonly<Record<string, Dense<Float32Array | Float64Array>>>,
    outputs: readonly Name[],
    alone = false,
  ): Promise<Record<Name, Dense>> {
    const { Tensor: Feed } = await this.runtime();
    const bytes = Object.values(inputs).reduce((sum, { data }) => sum + data.byteLength, 0);
    const session = await this.session(kernel, bytes <= POOLED_BYTES, alone ? 1 : this.threads);
    const feeds: Record<string, Tensor> = {};
    for (const [name, { data, dims }] of Object.entries(inputs)) {
      feeds[name] =
        data instanceof Float64Array
          ? new Feed('float64', data, dims)
          : new Feed('float32', data as Float32Array, dims);
    }
    const results = await session.run(feeds, outputs);
    return Object.fromEntries(
      outputs.map((name) => [name, { data: results[name]!.data as Float64Array, dims: results[name]!.dims }]),
    ) as Record<Name, Dense>;
  }

  /** Frees every session; the next product makes new ones. */
  async dispose(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  private runtime(): Promise<typeof OnnxRuntime> {
    // Read by the native library when it loads: its Linux and macOS builds collect usage data otherwise.
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
    this.library ??= import('onnxruntime-node');
    return this.library;
  }

  private session(kernel: Kernel, pooled: boolean, threads: number): Promise<InferenceSession> {
    const key = `${kernel.name} ${pooled} ${threads}`;
    const known = this.sessions.get(key);
    if (known !== undefined) return known;
    const made = this.load(kernel, pooled, threads);
    this.sessions.set(key, made);
    return made;
  }

  private async load(kernel: Kernel, pooled: boolean, threads: number): Promise<InferenceSession> {
    const { InferenceSession: Session } = await this.runtime();
    const graph = new AlgebraGraph(kernel.element);
    kernel.build(graph);
    return Session.create(graph.encode(), {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      enableCpuMemArena: pooled,
      enableMemPattern: false,
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  }
}
