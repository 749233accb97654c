import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { skippedDocuments } from '../../data/documents/documents';
import type { DocumentSource, TextDocument } from '../../data/documents/documents';
import { makeFolder } from '../../data/make-folder';
import type { Progress } from '../../shared/progress';

/** Consecutive documents, by their indices among those that a source gives. */
export interface DocumentRange {
  readonly from: number;
  readonly to: number;
}

/** How documents fall into pieces, and what of them could not be read. */
export interface DocumentPlan {
  readonly ranges: readonly DocumentRange[];
  /** A line for every reason. */
  readonly leftOut: readonly string[];
}

/** A piece ends with the document that fills either. */
export interface PieceSize {
  readonly documents: number;
  /** About 16,000 tokens: two groups, so that a killed run loses little, and a piece costs little to keep. */
  readonly characters: number;
}

/** What fills a piece by default. */
export const PIECE_SIZE: PieceSize = { documents: 64, characters: 2 ** 16 };
const FILE = 'documents.json';
/** Documents between two signs of life. */
const BEAT = 1000;

/**
 * Plans the pieces by the lengths of the texts, without tokenizing: documents are read once and counted. The plan is kept
 * in the folder of the pieces.
 * @param most characters of a document that count: those of one that is cut are not all read
 */
export async function* planDocuments(
  source: DocumentSource,
  folder: string,
  most: number,
  { documents, characters }: PieceSize,
): AsyncGenerator<Progress, DocumentPlan> {
  const kept = await keptPlan(folder);
  if (kept !== undefined) return kept;
  const ranges: DocumentRange[] = [];
  let [from, at, held] = [0, 0, 0];
  for await (const { text } of source.documents()) {
    at += 1;
    held += Math.min(most, text.length);
    if (at % BEAT === 0)
      yield { phase: 'Counting documents', done: at, total: estimate(at, source), unit: 'documents' };
    if (at - from < documents && held < characters) continue;
    ranges.push({ from, to: at });
    [from, held] = [at, 0];
  }
  if (at > from) ranges.push({ from, to: at });
  const plan = { ranges, leftOut: skippedDocuments(source) };
  await keep(folder, plan);
  return plan;
}

/** Reads ranges of documents; ascending ones in one reading of the source. */
export class DocumentCursor {
  private reading: AsyncGenerator<TextDocument> | undefined;
  private at = 0;

  constructor(private readonly source: Pick<DocumentSource, 'documents'>) {}

  async *range({ from, to }: DocumentRange): AsyncGenerator<TextDocument> {
    if (this.reading === undefined || this.at > from) {
      await this.close();
      this.reading = this.source.documents();
    }
    while (this.at < to) {
      const next = await this.reading.next();
      if (next.done === true) return;
      this.at += 1;
      if (this.at > from) yield next.value;
    }
  }

  async close(): Promise<void> {
    await this.reading?.return(undefined);
    this.reading = undefined;
    this.at = 0;
  }
}

function estimate(done: number, { share }: DocumentSource): number {
  return share > 0 ? Math.max(done, Math.round(done / share)) : done;
}

async function keptPlan(folder: string): Promise<DocumentPlan | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, FILE), 'utf8')) as DocumentPlan;
  } catch {
    // What cannot be read is counted again.
    return undefined;
  }
}

async function keep(folder: string, plan: DocumentPlan): Promise<void> {
  const temporary = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await makeFolder(folder);
    await writeFile(temporary, JSON.stringify(plan), { flush: true });
    await rename(temporary, join(folder, FILE));
  } catch {
    // Where the folder takes no file, the next run counts again.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
