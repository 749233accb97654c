import type { Gemm, Kernel } from '../gemm';
import { deadPass } from './dead';
import type { DeadFeatures } from './dead';
import type { SimdMemory } from './memory';
import { TopK } from './select';
import type { Parameters, SaeSize } from './state';

/** What a forward pass leaves for the backward one. */
export interface Forward {
  /** Pre-activations f32 [rows, features]. */
  readonly before: Float32Array;
  /** Mean over the rows of ‖x − x̂‖². */
  readonly error: number;
}

const ENCODE: Kernel = {
  name: 'sae encode',
  element: 'float32',
  build(graph) {
    const product = graph.node('Gemm', [graph.input('x', 2), graph.input('encoder', 2), graph.input('bias', 1)], {
      transB: 1,
    });
    graph.output('before', product, 2);
  },
};

/**
 * Forward and backward passes of a TopK SAE over one batch: x̂ = f·W_dec + b_dec, f = ReLU(TopK((x − b_dec)·W_encᵀ + b_enc)).
 * The encoder is one product through ONNX Runtime, which all features need; decoder and gradients visit the k features of
 * each token only.
 */
export class SaePass {
  /** Rows of the batch as they are given: f32 [rows, width]. */
  readonly x: Float32Array;
  /** x − b_dec. */
  private readonly centred: Float32Array;
  /** x̂ − x. */
  readonly residual: Float32Array;
  /** Of every row the k selected features, ascending, and their activations. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
  private readonly topK: TopK;

  /** @param rows at most so many at once */
  constructor(
    private readonly memory: SimdMemory,
    private readonly gemm: Gemm,
    private readonly size: SaeSize,
    private readonly k: number,
    rows: number,
  ) {
    this.x = memory.floats(rows * size.width);
    this.centred = memory.floats(rows * size.width);
    this.residual = memory.floats(rows * size.width);
    this.indices = new Int32Array(rows * k);
    this.values = new Float32Array(rows * k);
    this.topK = new TopK(memory, size.features, k);
  }

  /** Lengths of the arrays that a pass takes in the memory. */
  static lengths({ features, width }: SaeSize, rows: number): readonly number[] {
    return [rows * width, rows * width, rows * width, ...TopK.lengths(features)];
  }

  /** Features and reconstructions of the first `rows` rows of `x`. */
  async forward(parameters: Parameters, rows: number): Promise<Forward> {
    const { features, width } = this.size;
    this.centre(parameters.decoderBias, rows);
    const { before } = await this.gemm.run(
      ENCODE,
      {
        x: { data: this.centred.subarray(0, rows * width), dims: [rows, width] },
        encoder: { data: parameters.encoder, dims: [features, width] },
        bias: { data: parameters.encoderBias, dims: [features] },
      },
      ['before'],
    );
    const values = before.data as unknown as Float32Array;
    let error = 0;
    for (let row = 0; row < rows; row++) error += this.forwardRow(parameters, values, row);
    return { before: values, error: error / rows };
  }

  /**
   * Adds up the gradients of loss = error / variance (+ the dead features' loss) over the rows of the last `forward`.
   * @param variance mean ‖x − mean‖² of the activations
   * @returns the dead features' loss, unweighted
   */
  async backward(
    parameters: Parameters,
    gradients: Parameters,
    { before }: Forward,
    rows: number,
    variance: number,
    dead: DeadFeatures,
  ): Promise<number> {
    gradients.all.fill(0);
    const scale = 2 / (rows * variance);
    for (let row = 0; row < rows; row++) this.backwardRow(parameters, gradients, row, scale);
    const auxiliary =
      dead.indices.length === 0
        ? 0
        : await deadPass(
            { gemm: this.gemm, size: this.size, parameters, gradients, dead },
            { before, rows, variance, residual: this.residual, centred: this.centred },
          );
    this.throughDecoderBias(parameters, gradients);
    return auxiliary;
  }

  private centre(bias: Float32Array, rows: number): void {
    const { x, centred } = this;
    const { width } = this.size;
    const { simd } = this.memory;
    centred.set(x.subarray(0, rows * width));
    const end = centred.byteOffset + rows * width * 4;
    for (let at = centred.byteOffset; at < end; at += width * 4) simd.axpy(at, bias.byteOffset, -1, width);
  }

  /** @returns ‖x − x̂‖² */
  private forwardRow({ decoder }: Parameters, before: Float32Array, row: number): number {
    const { indices, values, residual, centred, k, memory, size } = this;
    const { width } = size;
    const from = row * k;
    const selected = values.subarray(from, from + k);
    this.topK.select(before, row, indices.subarray(from, from + k), selected);
    const at = residual.byteOffset + row * width * 4;
    residual.fill(0, row * width, (row + 1) * width);
    memory.simd.axpy(at, centred.byteOffset + row * width * 4, -1, width);
    for (let j = 0; j < k; j++) {
      // A NaN must reach the loss, where it is found.
      if (selected[j]! <= 0) selected[j] = 0;
      else memory.simd.axpy(at, decoder.byteOffset + indices[from + j]! * width * 4, selected[j]!, width);
    }
    return memory.simd.dot(at, at, width);
  }

  private backwardRow(parameters: Parameters, gradients: Parameters, row: number, scale: number): void {
    const { indices, values, residual, centred, k, size } = this;
    const { simd } = this.memory;
    const bytes = size.width * 4;
    const error = residual.byteOffset + row * bytes;
    const input = centred.byteOffset + row * bytes;
    for (let j = row * k; j < (row + 1) * k; j++) {
      const value = values[j]!;
      if (value === 0) continue;
      const feature = indices[j]!;
      const offset = feature * bytes;
      const slope = scale * simd.dot(error, parameters.decoder.byteOffset + offset, size.width);
      gradients.encoderBias[feature]! += slope;
      simd.axpy(gradients.encoder.byteOffset + offset, input, slope, size.width);
      simd.axpy(gradients.decoder.byteOffset + offset, error, scale * value, size.width);
    }
    simd.axpy(gradients.decoderBias.byteOffset, error, scale, size.width);
  }

  /** The decoder's bias is also taken off the encoder's input: − Σ over features of b_enc's gradient times W_enc. */
  private throughDecoderBias({ encoder }: Parameters, { encoderBias, decoderBias }: Parameters): void {
    const { features, width } = this.size;
    for (let feature = 0; feature < features; feature++) {
      const slope = encoderBias[feature]!;
      if (slope !== 0)
        this.memory.simd.axpy(decoderBias.byteOffset, encoder.byteOffset + feature * width * 4, -slope, width);
    }
  }
}
