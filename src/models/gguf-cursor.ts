import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../shared/errors';

const WINDOW = 1 << 20;

/**
 * Reads a little-endian file front to back through a window of 1 MB, so that a header of any length is read without the
 * tensors behind it. Every read checks what is left of the file first.
 */
export class GgufCursor {
  private readonly descriptor: number;
  private window = Buffer.alloc(0);
  private windowStart = 0;
  position = 0;

  /** @throws the operating system's error when the file cannot be opened */
  constructor(
    readonly path: string,
    readonly size: number,
  ) {
    this.descriptor = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.descriptor);
  }

  u8(): number {
    // The window may be another one after `take`.
    const start = this.take(1);
    return this.window.readUInt8(start);
  }

  u16(): number {
    const start = this.take(2);
    return this.window.readUInt16LE(start);
  }

  u32(): number {
    const start = this.take(4);
    return this.window.readUInt32LE(start);
  }

  u64(): bigint {
    const start = this.take(8);
    return this.window.readBigUInt64LE(start);
  }

  f32(): number {
    const start = this.take(4);
    return this.window.readFloatLE(start);
  }

  f64(): number {
    const start = this.take(8);
    return this.window.readDoubleLE(start);
  }

  /** A length-prefixed UTF-8 string. */
  string(what: string): string {
    const length = this.count(what, 1);
    const start = this.take(length);
    return this.window.toString('utf8', start, start + length);
  }

  /** A 64-bit count of things that take at least `bytesEach`, refused when the rest of the file cannot hold them. */
  count(what: string, bytesEach: number): number {
    const start = this.take(8);
    // Vocabularies hold a hundred thousand lengths: no bigint for each of them. Inexact above 2^53, which is refused.
    const count = this.window.readUInt32LE(start) + this.window.readUInt32LE(start + 4) * 2 ** 32;
    if (count > (this.size - this.position) / bytesEach) {
      throw this.corrupt(`${what} is ${count}, more than the file can hold`);
    }
    return count;
  }

  corrupt(problem: string): UserError {
    return new UserError(`${this.path}: ${problem}`, 'The file is truncated or corrupt: download it again.');
  }

  /** Moves past the next `length` bytes, which then lie in the window, and says where in it they begin. */
  private take(length: number): number {
    if (this.position + length > this.size) throw this.corrupt(`the header ends at byte ${this.size}, before its end`);
    if (this.position + length > this.windowStart + this.window.length) this.refill(Math.max(length, WINDOW));
    const start = this.position - this.windowStart;
    this.position += length;
    return start;
  }

  private refill(length: number): void {
    const wanted = Math.min(length, this.size - this.position);
    const window = Buffer.allocUnsafe(wanted);
    let read = 0;
    while (read < wanted) {
      const got = readSync(this.descriptor, window, read, wanted - read, this.position + read);
      if (got === 0) throw this.corrupt('the file became shorter while it was read');
      read += got;
    }
    this.window = window;
    this.windowStart = this.position;
  }
}
