import { SimdMemory } from './memory';

/** Sizes of a TopK SAE. */
export interface SaeSize {
  readonly features: number;
  /** Of the activations. */
  readonly width: number;
}

/** Views of one block of numbers, shaped as the SAE's parameters are. */
export interface Parameters {
  /** All of them end to end, the padding after each array included. */
  readonly all: Float32Array;
  /** f32 [features, width], a row per feature. */
  readonly encoder: Float32Array;
  /** f32 [features, width], a row per feature. */
  readonly decoder: Float32Array;
  /** f32 [features]. */
  readonly encoderBias: Float32Array;
  /** f32 [width]. */
  readonly decoderBias: Float32Array;
}

/** What a training holds between steps; `serialise` and `restore` take it to a file and back, bit for bit. */
export class TrainingState {
  readonly parameters: Parameters;
  readonly gradients: Parameters;
  /** Adam's running means of the gradient and of its square. */
  readonly means: Parameters;
  readonly squares: Parameters;
  /** Tokens that went by since each feature last fired. */
  readonly silent: Float64Array;
  /** Steps done. */
  step = 0;

  constructor(memory: SimdMemory, size: SaeSize) {
    this.parameters = parametersIn(memory, size);
    this.gradients = parametersIn(memory, size);
    this.means = parametersIn(memory, size);
    this.squares = parametersIn(memory, size);
    this.silent = new Float64Array(size.features);
  }

  /** Lengths of the arrays that a state takes in the memory. */
  static lengths(size: SaeSize): readonly number[] {
    return Array.from({ length: 4 }, () => lengthsOf(size)).flat();
  }

  /** Everything that the next step depends on. */
  serialise(): Uint8Array {
    const kept = this.kept();
    const bytes = new Uint8Array(kept.reduce((sum, part) => sum + part.byteLength, 8));
    new DataView(bytes.buffer).setFloat64(0, this.step, true);
    let at = 8;
    for (const part of kept) {
      bytes.set(part, at);
      at += part.byteLength;
    }
    return bytes;
  }

  /** @returns whether the bytes were those of a state of this size; otherwise nothing changes */
  restore(bytes: Uint8Array): boolean {
    const kept = this.kept();
    if (bytes.byteLength !== kept.reduce((sum, part) => sum + part.byteLength, 8)) return false;
    this.step = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
    let at = 8;
    for (const part of kept) {
      part.set(bytes.subarray(at, at + part.byteLength));
      at += part.byteLength;
    }
    return true;
  }

  private kept(): Uint8Array[] {
    const parts = [this.parameters.all, this.means.all, this.squares.all, this.silent];
    return parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
}

function lengthsOf({ features, width }: SaeSize): readonly [number, number, number, number] {
  return [features * width, features * width, features, width];
}

function parametersIn(memory: SimdMemory, size: SaeSize): Parameters {
  const [encoder, decoder, encoderBias, decoderBias] = lengthsOf(size).map((length) => memory.floats(length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const bytes = SimdMemory.bytes(lengthsOf(size));
  const all = new Float32Array(encoder.buffer, encoder.byteOffset, bytes / 4);
  return { all, encoder, decoder, encoderBias, decoderBias };
}
