import { createHash, randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Piece, PieceArray } from '../../analyses/contract';
import { makeFolder } from '../../data/make-folder';

const DIGEST_BYTES = 32;
const LENGTH_BYTES = 8;
/** Arrays start at multiples of it. */
const ALIGNMENT = 8;

const KINDS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;

interface Head {
  readonly facts: unknown;
  readonly work: number;
  readonly arrays: readonly { readonly name: string; readonly kind: Kind; readonly length: number }[];
}

/**
 * Writes a piece: the head's length (u64), the head as JSON, each array from the next multiple of 8 on, and the SHA-256 of
 * all that. It is written under a temporary name, flushed and renamed, so that whatever has the name is whole.
 * @returns its bytes
 * @throws the node:fs error; nothing is left behind
 */
export async function writePiece(path: string, { facts, arrays, work }: Piece): Promise<number> {
  const named = Object.entries(arrays);
  const head: Head = {
    facts: facts ?? null,
    work,
    arrays: named.map(([name, array]) => ({ name, kind: kindOf(array), length: array.length })),
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(text.length));
  const parts = [length, padded(text), ...named.map(([, array]) => padded(bytesOf(array)))];
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const bytes = Buffer.concat([...parts, hash.digest()]);
  const folder = dirname(path);
  const temporary = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await makeFolder(folder);
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  return bytes.length;
}

/** What a piece took, and its bytes, from its head and its size alone; `undefined` where there is none, or it is cut. */
export async function lookAtPiece(
  path: string,
): Promise<{ readonly work: number; readonly bytes: number } | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Buffer.alloc(LENGTH_BYTES);
      await file.read(length, 0, LENGTH_BYTES, 0);
      const headBytes = Number(length.readBigUInt64LE());
      if (headBytes > size) return undefined;
      const text = Buffer.alloc(headBytes);
      await file.read(text, 0, headBytes, LENGTH_BYTES);
      const head = JSON.parse(text.toString()) as Head;
      return endOf(head, headBytes) + DIGEST_BYTES === size ? { work: head.work, bytes: size } : undefined;
    } finally {
      await file.close();
    }
  } catch {
    // What cannot be read is made again.
    return undefined;
  }
}

/** Reads a piece whole. @returns `undefined` where there is none, or it is damaged */
export async function readPiece(path: string): Promise<Piece | undefined> {
  try {
    const file = await readFile(path);
    const body = file.subarray(0, file.length - DIGEST_BYTES);
    if (!createHash('sha256').update(body).digest().equals(file.subarray(body.length))) return undefined;
    const headBytes = Number(body.readBigUInt64LE());
    const { facts, work, arrays } = JSON.parse(body.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + headBytes)) as Head;
    let at = startOf(headBytes);
    const read: Record<string, PieceArray> = {};
    for (const { name, kind, length } of arrays) {
      const Kind = KINDS[kind];
      const size = length * Kind.BYTES_PER_ELEMENT;
      read[name] = new Kind(Uint8Array.from(body.subarray(at, at + size)).buffer);
      at += upTo(size);
    }
    return { facts, work, arrays: read };
  } catch {
    return undefined;
  }
}

function kindOf(array: PieceArray): Kind {
  return (Object.keys(KINDS) as Kind[]).find((kind) => array instanceof KINDS[kind])!;
}

function bytesOf({ buffer, byteOffset, byteLength }: PieceArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length === upTo(bytes.length)) return bytes;
  const whole = new Uint8Array(upTo(bytes.length));
  whole.set(bytes);
  return whole;
}

function upTo(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function startOf(headBytes: number): number {
  return LENGTH_BYTES + upTo(headBytes);
}

function endOf({ arrays }: Head, headBytes: number): number {
  return arrays.reduce((at, { kind, length }) => at + upTo(length * KINDS[kind].BYTES_PER_ELEMENT), startOf(headBytes));
}
