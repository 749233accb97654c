import type * as OnnxRuntime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import { AlgebraGraph } from '../onnx';

/**
 * Exact products of matrices of zeros and ones: ONNX Runtime's MatMulInteger, uint8 × int8 → int32, several times as fast as
 * its float32 product. `dispose` frees the session.
 */
export class IntegerProduct {
  private library: typeof OnnxRuntime | undefined;
  private session: InferenceSession | undefined;

  constructor(private readonly threads: number) {}

  /**
   * a·b.
   * @param a u8 [rows, inner]
   * @param b u8 [inner, columns], values below 128: it is read as int8
   * @param out i32 [rows, columns], overwritten
   */
  async multiply(
    a: Uint8Array,
    b: Uint8Array,
    [rows, inner, columns]: readonly [number, number, number],
    out: Int32Array,
  ): Promise<void> {
    const session = (this.session ??= await this.load());
    const { Tensor } = this.library!;
    const signed = new Int8Array(b.buffer, b.byteOffset, b.length);
    await session.run(
      { a: new Tensor('uint8', a, [rows, inner]), b: new Tensor('int8', signed, [inner, columns]) },
      { c: new Tensor('int32', out, [rows, columns]) },
    );
  }

  async dispose(): Promise<void> {
    await this.session?.release();
    this.session = undefined;
  }

  private async load(): Promise<InferenceSession> {
    // Read by the native library when it loads: its Linux and macOS builds collect usage data otherwise.
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
    this.library = await import('onnxruntime-node');
    const graph = new AlgebraGraph('float32');
    const product = graph.node('MatMulInteger', [graph.input('a', 2, 'uint8'), graph.input('b', 2, 'int8')]);
    graph.output('c', product, 2, 'int32');
    return this.library.InferenceSession.create(graph.encode(), {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      enableCpuMemArena: false,
      enableMemPattern: false,
      intraOpNumThreads: this.threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
  }
}
