import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import { simdFunctions } from './simd-module';
import type { SimdFunctions } from './simd-module';

const PAGE = 65536;
const MOST_PAGES = 65536;
/** Every array starts on this many bytes and is padded to it, so that loops over whole arrays need no tail. */
const ALIGNMENT = 64;

/** Arrays in one WebAssembly memory, and the loops over them. ONNX Runtime reads them where they are. */
export class SimdMemory {
  readonly simd: SimdFunctions;
  private readonly memory: WebAssembly.Memory;
  private used = 0;

  /** @param bytes for all arrays together, their padding included (`SimdMemory.bytes`). @throws UserError above 4 GiB */
  constructor(bytes: number) {
    const pages = Math.ceil(bytes / PAGE);
    if (pages > MOST_PAGES)
      throw new UserError(
        `Training this SAE needs ${formatBytes(bytes)} for its weights and their gradients; at most 4.3 GB can be used`,
        'Train fewer features (--features).',
      );
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    this.simd = simdFunctions(this.memory);
  }

  /** Bytes that arrays of these lengths take. */
  static bytes(lengths: readonly number[]): number {
    return lengths.reduce((sum, length) => sum + padded(length * 4), 0);
  }

  /** An array of zeros; its `byteOffset` is what the loops take. */
  floats(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.take(length * 4), length);
  }

  integers(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.take(length * 4), length);
  }

  private take(bytes: number): number {
    const at = this.used;
    this.used += padded(bytes);
    if (this.used > this.memory.buffer.byteLength) throw new RangeError('the memory is smaller than its arrays');
    return at;
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
