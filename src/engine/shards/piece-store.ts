import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Piece } from '../../analyses/contract';
import { UserError } from '../../shared/errors';
import { lookAtPiece, readPiece, writePiece } from './piece-file';

/** What is known of a piece that is there. */
export interface Known {
  readonly work: number;
  /** On the disk. */
  readonly bytes: number;
}

/** Where the pieces of one stage lie, by name. */
export interface PieceStore {
  find(name: string): Promise<Known | undefined>;
  /** `undefined` where there is none, or it is damaged. */
  read(name: string): Promise<Piece | undefined>;
  put(name: string, piece: Piece): Promise<Known>;
}

/** Pieces that nobody else needs. */
export class PiecesInMemory implements PieceStore {
  private readonly pieces = new Map<string, Piece>();

  find(name: string): Promise<Known | undefined> {
    const piece = this.pieces.get(name);
    return Promise.resolve(piece && { work: piece.work, bytes: 0 });
  }

  read(name: string): Promise<Piece | undefined> {
    return Promise.resolve(this.pieces.get(name));
  }

  put(name: string, piece: Piece): Promise<Known> {
    this.pieces.set(name, piece);
    return Promise.resolve({ work: piece.work, bytes: 0 });
  }
}

/** Failures of a network file system that often pass, and how long to wait for that. */
const PASSING = new Set(['EIO', 'ESTALE', 'ETIMEDOUT', 'EAGAIN', 'EBUSY', 'EINTR', 'ENOENT']);
const PATIENCE_MS = [500, 2000] as const;

/**
 * Pieces as files of a folder, `<stage>-<SHA-256 of the name>.piece`, for this run, later ones and other machines.
 * `strict`: a piece that cannot be written is an error, for a shard leaves nothing else; otherwise it stays in memory, for
 * a cache folder that is full or read-only must not fail a run.
 */
export class PieceFolder implements PieceStore {
  private readonly unwritten = new PiecesInMemory();

  constructor(
    private readonly folder: string,
    private readonly stage: string,
    private readonly strict: boolean,
  ) {}

  async find(name: string): Promise<Known | undefined> {
    return (await this.unwritten.find(name)) ?? lookAtPiece(this.pathOf(name));
  }

  async read(name: string): Promise<Piece | undefined> {
    const held = await this.unwritten.read(name);
    if (held !== undefined) return held;
    const path = this.pathOf(name);
    const piece = await readPiece(path);
    if (piece === undefined) await rm(path, { force: true }).catch(() => undefined);
    return piece;
  }

  async put(name: string, piece: Piece): Promise<Known> {
    try {
      return { work: piece.work, bytes: await patiently(() => writePiece(this.pathOf(name), piece), this.strict) };
    } catch (error) {
      if (this.strict) throw pieceProblem(this.folder, error);
      return this.unwritten.put(name, piece);
    }
  }

  private pathOf(name: string): string {
    const hash = createHash('sha256').update(name).digest('hex').slice(0, 32);
    return join(this.folder, `${this.stage}-${hash}.piece`);
  }
}

/** Tries again where the file system may come back. */
async function patiently<T>(write: () => Promise<T>, wait: boolean): Promise<T> {
  for (const pause of wait ? PATIENCE_MS : []) {
    try {
      return await write();
    } catch (error) {
      if (!PASSING.has(codeOf(error))) throw error;
      await delay(pause);
    }
  }
  return write();
}

/**
 * A piece or a mark that could not be written, in words.
 * @returns UserError for a full disk, missing permission, or a file system that is gone; anything else as it is
 */
export function pieceProblem(folder: string, error: unknown): unknown {
  const code = codeOf(error);
  const again = 'then run the study again: what was made stays';
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new UserError(
        `No room to write pieces of work into ${folder}: the disk or the quota is full`,
        `Free some space or move the cache (BRAINLENS_CACHE), ${again}.`,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(
        `Pieces of work cannot be written into ${folder}: no permission`,
        'Shards need a cache folder that all of them may write to (BRAINLENS_CACHE).',
      );
    case '':
      return error;
    default:
      return new UserError(
        `Pieces of work cannot be written into ${folder}: the file system does not answer as it should (${code})`,
        `See that it is mounted and not overloaded, ${again}.`,
      );
  }
}

/** The code of a node:fs error; empty for anything else. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
