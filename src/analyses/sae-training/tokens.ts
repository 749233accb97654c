import { createHash } from 'node:crypto';
import { openDocuments } from '../../data/documents/open';
import { skippedDocuments } from '../../data/documents/documents';
import type { DocumentSource } from '../../data/documents/documents';
import { Random } from '../../math/random';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { tokenizedDocuments, tokenLimit } from '../sae/token-groups';
import type { SaeTrainingSpec } from './spec';

/** What the model reads, and which of its tokens the SAE sees. */
export interface TrainingTokens {
  /** In the order of the rows. */
  readonly sequences: readonly Int32Array[];
  /** Of every sequence the positions that the SAE sees. */
  readonly positions: readonly Int32Array[];
  /** Of every row the document, from 0. */
  readonly documents: Int32Array;
  /** Tokens of each document that are rows. */
  readonly documentRows: Int32Array;
  readonly types: ReadonlyMap<string, { readonly documents: number; readonly tokens: number }>;
  /** SHA-256 of sequences and positions: activations depend on nothing else of the documents. */
  readonly sha256: string;
  /** Tokens of a sequence at most. */
  readonly context: number;
}

interface ReadDocument {
  readonly type: string;
  readonly sequences: { readonly ids: Int32Array; readonly from: number; readonly end: number }[];
  rows: number;
}

/**
 * Reads the documents up to the number of tokens asked for, and puts them into an order of their own that is always the
 * same: neighbours in a folder are alike, and a training wants to see them apart.
 * @throws UserError where no document gives a token
 */
export async function* readTokens(
  spec: SaeTrainingSpec,
  model: Transformer,
  context: RunContext,
): AsyncGenerator<Progress, TrainingTokens> {
  const source = await openDocuments(spec.documents, { textColumn: spec.textColumn, typeColumn: spec.typeColumn });
  for (const file of source.files) context.recordInput(file, 'documents');
  const limit = tokenLimit(model, spec.maxTokens);
  const { read, cutAt } = yield* readDocuments(spec, source, model, limit);
  for (const line of skippedDocuments(source)) context.warn(`${line}.`);
  if (cutAt !== undefined)
    context.warn(
      `Only the first ${spec.tokens} tokens were read, in the order of the files, the last of them in ${cutAt}: ` +
        `what stands behind it, and types that are only there, are not learnt (--tokens).`,
    );
  if (read.length === 0)
    throw new UserError(
      `No document of ${spec.documents.join(', ')} gives a token to train on`,
      'Name files or folders with text in --documents.',
    );
  const order = new Random(0, 'order of documents').permutation(read.length);
  const documents = Array.from(order, (i) => read[i]!);
  const pieces = documents.flatMap(({ sequences }) => sequences);
  const types = new Map<string, { documents: number; tokens: number }>();
  for (const { type, rows } of read) {
    const known = types.get(type) ?? { documents: 0, tokens: 0 };
    types.set(type, { documents: known.documents + 1, tokens: known.tokens + rows });
  }
  const sequences = pieces.map(({ ids }) => ids);
  const positions = pieces.map(({ from, end }) => Int32Array.from({ length: end - from }, (_, i) => from + i));
  return {
    sequences,
    positions,
    documents: rowsToDocuments(documents),
    documentRows: Int32Array.from(documents, ({ rows }) => rows),
    types,
    sha256: tokenDigest(sequences, positions),
    context: limit,
  };
}

interface Reading {
  readonly read: ReadDocument[];
  /** The document that gave the last token, where more would have followed. */
  readonly cutAt: string | undefined;
}

async function* readDocuments(
  spec: SaeTrainingSpec,
  source: DocumentSource,
  model: Transformer,
  maxTokens: number,
): AsyncGenerator<Progress, Reading> {
  const read = new Map<number, ReadDocument>();
  let rows = 0;
  let last = '';
  let cutAt: string | undefined;
  for await (const group of tokenizedDocuments(source, model, { maxTokens, long: 'split' })) {
    for (const { ids, first, end, document, type, source: name } of group.sequences) {
      const from = spec.firstPosition ? first : Math.max(first, 1);
      if (end <= from) continue;
      const taken = Math.min(end, from + spec.tokens - rows);
      if (taken > from) last = name;
      if (taken < end) cutAt = last;
      if (taken <= from) break;
      const known = read.get(document) ?? { type, sequences: [], rows: 0 };
      read.set(document, known);
      known.sequences.push({ ids, from, end: taken });
      known.rows += taken - from;
      rows += taken - from;
    }
    yield { phase: 'Reading documents', done: Math.min(rows, spec.tokens), total: spec.tokens, unit: 'tokens' };
    if (cutAt !== undefined) break;
  }
  return { read: [...read.values()], cutAt };
}

function rowsToDocuments(documents: readonly ReadDocument[]): Int32Array {
  const rows = new Int32Array(documents.reduce((sum, document) => sum + document.rows, 0));
  let at = 0;
  documents.forEach((document, index) => {
    rows.fill(index, at, at + document.rows);
    at += document.rows;
  });
  return rows;
}

/** SHA-256 of sequences and the positions that are read of them, each a run of neighbours. */
export function tokenDigest(sequences: readonly Int32Array[], positions: readonly Int32Array[]): string {
  const hash = createHash('sha256');
  sequences.forEach((ids, i) => {
    hash.update(Int32Array.of(ids.length, positions[i]![0]!, positions[i]!.length));
    hash.update(ids);
  });
  return hash.digest('hex');
}
