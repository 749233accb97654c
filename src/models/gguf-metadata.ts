import { UserError } from '../shared/errors';
import type { GgufHeader, GgufTensor, GgufValue } from './gguf-header';

/** Typed, checked access to a GGUF header: every complaint names the file and the key or tensor. */
export class GgufFacts {
  constructor(readonly header: GgufHeader) {}

  get path(): string {
    return this.header.path;
  }

  has(key: string): boolean {
    return this.header.metadata.has(key);
  }

  number(key: string): number {
    const value = this.optionalNumber(key);
    if (value === undefined) throw this.missing(`metadata ${key}`);
    return value;
  }

  optionalNumber(key: string): number | undefined {
    const value = this.header.metadata.get(key);
    if (value === undefined || typeof value === 'number') return value;
    // Some writers give one value per block; one value for all is the same thing.
    if (value instanceof Float64Array && value.length > 0 && value.every((item) => item === value[0])) return value[0];
    if (value instanceof Float64Array) throw this.refused(`${key} differs between blocks`);
    throw this.wrong(key, 'a number');
  }

  /** A whole number of at least 1. */
  size(key: string): number {
    const value = this.number(key);
    if (!Number.isSafeInteger(value) || value < 1) throw this.wrong(key, 'a whole number above 0');
    return value;
  }

  optionalSize(key: string): number | undefined {
    return this.has(key) ? this.size(key) : undefined;
  }

  optionalString(key: string): string | undefined {
    const value = this.header.metadata.get(key);
    if (value !== undefined && typeof value !== 'string') throw this.wrong(key, 'a string');
    return value;
  }

  optionalBoolean(key: string): boolean | undefined {
    const value = this.header.metadata.get(key);
    if (value !== undefined && typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  strings(key: string): readonly string[] {
    const value = this.header.metadata.get(key);
    if (value === undefined) throw this.missing(`metadata ${key}`);
    if (!Array.isArray(value) || !value.every((item: GgufValue) => typeof item === 'string'))
      throw this.wrong(key, 'a list of strings');
    return value as readonly string[];
  }

  optionalNumbers(key: string): Float64Array | undefined {
    const value = this.header.metadata.get(key);
    if (value === undefined || value instanceof Float64Array) return value;
    throw this.wrong(key, 'a list of numbers');
  }

  /** @param shape C order; absent: any */
  tensor(name: string, shape?: readonly number[]): GgufTensor {
    const tensor = this.header.tensors.get(name);
    if (tensor === undefined) throw this.missing(`tensor ${name}`);
    if (shape !== undefined && shape.join() !== tensor.shape.join()) {
      throw new UserError(
        `${this.path}: tensor ${name} is ${tensor.shape.join(' × ')}, but the metadata make it ${shape.join(' × ')}`,
        'The file is inconsistent: convert or download it again.',
      );
    }
    return tensor;
  }

  /** Metadata keys that begin with a prefix, without it. */
  keysUnder(prefix: string): string[] {
    return [...this.header.metadata.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
  }

  missing(what: string): UserError {
    return new UserError(`${this.path}: ${what} is missing`, 'The file is incomplete: convert or download it again.');
  }

  /** A setting that would change numbers and is not computed. */
  refused(problem: string): UserError {
    return new UserError(
      `${this.path}: ${problem}, which is not supported`,
      'Use the model’s safetensors folder, or another model.',
    );
  }

  private wrong(key: string, expected: string): UserError {
    return new UserError(`${this.path}: metadata ${key} is not ${expected}`, 'Convert or download the file again.');
  }
}
