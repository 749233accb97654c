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
    return this.take(1).readUInt8(0);
  }

  u16(): number {
    return this.take(2).readUInt16LE(0);
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  u64(): bigint {
    return this.take(8).readBigUInt64LE(0);
  }

  f32(): number {
    return this.take(4).readFloatLE(0);
  }

  f64(): number {
    return this.take(8).readDoubleLE(0);
  }

  /** A length-prefixed UTF-8 string. */
  string(what: string): string {
    const length = this.count(what, 1);
    return this.take(length).toString('utf8');
  }

  /** A 64-bit count of things that take at least `bytesEach`, refused when the rest of the file cannot hold them. */
  count(what: string, bytesEach: number): number {
    const count = this.u64();
    if (count > BigInt(Math.floor((this.size - this.position) / bytesEach))) {
      throw this.corrupt(`${what} is ${count}, more than the file can hold`);
    }
    return Number(count);
  }

  corrupt(problem: string): UserError {
    return new UserError(`${this.path}: ${problem}`, 'The file is truncated or corrupt: download it again.');
  }

  /** The next `length` bytes, valid until the next read. */
  private take(length: number): Buffer {
    if (this.position + length > this.size) throw this.corrupt(`the header ends at byte ${this.size}, before its end`);
    const end = this.windowStart + this.window.length;
    if (this.position < this.windowStart || this.position + length > end) this.refill(Math.max(length, WINDOW));
    const start = this.position - this.windowStart;
    this.position += length;
    return this.window.subarray(start, start + length);
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
