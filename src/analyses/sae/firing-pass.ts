import { makeFolder } from '../../data/make-folder';
import type { DocumentSource } from '../../data/documents/documents';
import type { FiringBlocks } from '../../data/sae/firing';
import type { Sae } from '../../data/sae/sae';
import type { SaeEncoder } from '../../models/sae/encoder';
import type { Transformer } from '../../models/transformer';
import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Piece, RunContext } from '../contract';
import type { TopContexts } from './contexts';
import { DocumentCursor, PIECE_SIZE, planDocuments } from './document-pieces';
import type { DocumentRange, PieceSize } from './document-pieces';
import { FiringFile } from './firing-file';
import { FiringMerge } from './firing-merge';
import { FiringTally } from './firing-tally';
import type { ReadFacts } from './firing-tally';
import { fitWarnings, measureFit } from './fit';
import type { SaeFit } from './fit';
import { encodeRows, layerRows } from './rows';
import { tokenizedDocuments, tokenLimit } from './token-groups';
import type { DocumentTokens, TokenGroup } from './token-groups';
import { warnOfLeftOut } from './warnings';

export interface FiringRequest {
  readonly model: Transformer;
  readonly sae: Pick<Sae, 'features' | 'width' | 'files'>;
  readonly encoder: SaeEncoder;
  readonly layer: number;
  readonly source: DocumentSource;
  /** A feature fires where its activation exceeds this (default 1). */
  readonly threshold?: number | undefined;
  /** Tokens of a block (default 256). */
  readonly blockTokens?: number | undefined;
  /** Counted tokens of a sequence at most (default 1,024). */
  readonly maxTokens?: number | undefined;
  /** What becomes of longer documents (default `cut`). */
  readonly long?: 'cut' | 'split' | undefined;
  /** Default 10. */
  readonly contextsPerFeature?: number | undefined;
  /** Tokens on either side of an active one (default 16). */
  readonly contextTokens?: number | undefined;
  /** Tokens that the fit is measured on (default 16,384). */
  readonly fitTokens?: number | undefined;
  /** Counted tokens that are held at once (default 8,192); equal lengths among them run together. */
  readonly groupTokens?: number | undefined;
  /** What fills a piece of the work. */
  readonly pieceSize?: PieceSize | undefined;
}

export interface FiringResult {
  readonly firing: FiringBlocks;
  readonly contexts: TopContexts;
  readonly rates: {
    /** f64 [features]: share of the tokens in whole blocks on which each fired. */
    readonly tokens: Float64Array;
    /** f64 [features]: share of the blocks. */
    readonly blocks: Float64Array;
  };
  readonly fit: SaeFit;
  /** Where each document with a whole block comes from, as `firing.documentTypes` and `contexts.documents` count them. */
  readonly sources: readonly string[];
  /** Tokens in whole blocks: those that were measured. */
  readonly tokens: number;
  /** Tokens behind the last whole block of their sequence; documents without a whole block. */
  readonly dropped: { readonly tokens: number; readonly documents: number };
  /** Documents of which only the first tokens were read. */
  readonly cutDocuments: number;
  /**
   * Pre-activations so near the value that decides firing that another kind of processor could have counted otherwise; of a
   * TopK SAE without those that just missed the k largest.
   */
  readonly nearThreshold: number;
  /** The blocks can be read until then. */
  close(): Promise<void>;
}

type Settings = ReturnType<typeof settingsOf>;

/** The part of an analysis' work that a firing pass is. */
export const FIRING_STAGE = 'firing';
/** The name of the piece that is the fit; the others are ranges of documents. */
const FIT = 'fit';
const PHASE = 'Feature firing';

/**
 * Runs documents through a model and an SAE: which features fire in which block of tokens, how often, and where most.
 * The documents fall into pieces of fixed size, each counted alone and kept in the run's checkpoint: whoever makes them, in
 * one run, in several that were killed, or on several machines, the numbers are those of one pass. The fit is a piece too.
 * Only whole blocks are run, counted and searched for contexts: the tokens behind cannot change those before them.
 * @throws UserError where no document has a whole block, or no feature fires; Cancelled
 */
export async function* firingPass(request: FiringRequest, context: RunContext): AsyncGenerator<Progress, FiringResult> {
  const { model, sae, source, pieceSize = PIECE_SIZE } = request;
  const settings = settingsOf(request);
  const checkpoint = await context.checkpoint([...model.files, ...sae.files, ...source.files], {
    pass: FIRING_STAGE,
    documents: source.options,
    // Contents alone do not tell a file that was moved to another folder, which changes its documents' type.
    names: source.names,
    pieceSize,
    ...settings,
  });
  const { folder } = checkpoint;
  const most = settings.long === 'cut' ? MOST_CHARACTERS * settings.maxTokens : Infinity;
  const { ranges, leftOut } = yield* planDocuments(source, folder, most, pieceSize);
  const cursor = new DocumentCursor(source);
  try {
    const pieces = yield* context.divided({
      stage: FIRING_STAGE,
      pieces: [FIT, ...ranges.map(({ from, to }) => `documents ${from}–${to - 1}`)],
      checkpoint,
      phase: PHASE,
      unit: 'tokens',
      async *make([index]) {
        if (index === 0) return [yield* fitPiece(request, settings, context)];
        return [yield* firingPiece({ request, settings, context, cursor }, ranges[index! - 1]!)];
      },
    });
    const fit = fitOf(await pieces.read(0));
    for (const warning of fitWarnings(fit)) context.warn(warning);
    for (const line of leftOut) context.warn(line);
    await makeFolder(folder);
    const file = await FiringFile.create(folder);
    let complete = false;
    try {
      const merge = new FiringMerge({ ...settings, features: sae.features }, file);
      for (const i of ranges.keys()) {
        if (context.signal.aborted) throw new Cancelled();
        await merge.add(await pieces.read(i + 1));
        yield { phase: 'Putting pieces together', done: i + 1, total: ranges.length, unit: 'pieces' };
      }
      const result = resultOf(request, settings, { file, merge, fit, leftOut });
      warnOfLeftOut(result, settings, context);
      complete = true;
      return result;
    } finally {
      if (!complete) await file.close();
    }
  } finally {
    await cursor.close();
  }
}

/** Characters of a token at most, for the plan: no tokenizer's are longer on average. */
const MOST_CHARACTERS = 8;

function settingsOf(request: FiringRequest) {
  const blockTokens = request.blockTokens ?? 256;
  const limit = tokenLimit(request.model, request.maxTokens);
  if (blockTokens > limit)
    throw new UserError(
      `Blocks of ${blockTokens} tokens are longer than the ${limit} tokens that a document is read to`,
      'Take smaller ones with --block-tokens.',
    );
  const long = request.long ?? 'cut';
  return {
    layer: request.layer,
    threshold: request.threshold ?? 1,
    blockTokens,
    // Parts of a split document are of whole blocks, so that only its end is left over.
    maxTokens: long === 'split' ? limit - (limit % blockTokens) : limit,
    long,
    contextsPerFeature: request.contextsPerFeature ?? 10,
    contextTokens: request.contextTokens ?? 16,
    fitTokens: request.fitTokens,
    groupTokens: request.groupTokens,
  };
}

async function* fitPiece(
  request: FiringRequest,
  settings: Settings,
  { signal }: RunContext,
): AsyncGenerator<Progress, Piece> {
  const groups = tokenizedDocuments(request.source, request.model, settings);
  const fit = yield* measureFit({ ...request, groups, tokens: settings.fitTokens, signal });
  return { arrays: { fit: Float64Array.from(FIT_FIELDS, (field) => fit[field]) }, work: 0 };
}

const FIT_FIELDS = [
  'tokens',
  'varianceExplained',
  'varianceExplainedWithoutFirst',
  'l0',
  'meanSquaredError',
  'deadShare',
] as const satisfies readonly (keyof SaeFit)[];

function fitOf({ arrays }: Piece): SaeFit {
  return Object.fromEntries(FIT_FIELDS.map((field, i) => [field, arrays['fit']![i]!])) as unknown as SaeFit;
}

interface Pass {
  readonly request: FiringRequest;
  readonly settings: Settings;
  readonly context: RunContext;
  readonly cursor: DocumentCursor;
}

async function* firingPiece(pass: Pass, range: DocumentRange): AsyncGenerator<Progress, Piece> {
  const { request, settings, cursor } = pass;
  const tally = new FiringTally({ ...settings, features: request.sae.features });
  const read: ReadFacts = { droppedTokens: 0, droppedDocuments: 0, cutDocuments: 0, longest: 0 };
  let before = 0;
  for await (const group of tokenizedDocuments({ documents: () => cursor.range(range) }, request.model, settings)) {
    const sequences = wholeBlocks(group, settings.blockTokens, read);
    before += yield* readGroup(sequences, before, tally, pass);
  }
  return tally.piece(read);
}

/** @param before tokens of the piece so far. @returns those of the group */
async function* readGroup(
  sequences: readonly DocumentTokens[],
  before: number,
  tally: FiringTally,
  { request, context }: Pass,
): AsyncGenerator<Progress, number> {
  const { model, sae, encoder, layer } = request;
  const tokens = sequences.reduce((sum, { first, end }) => sum + end - first, 0);
  if (tokens === 0) return 0;
  const at = (done: number): Progress => {
    return { phase: PHASE, done: Math.floor(before + done), total: before + tokens, unit: 'tokens' };
  };
  const running = layerRows(model, layer, sequences, context.signal);
  let step = await running.next();
  for (; step.done !== true; step = await running.next())
    yield at((tokens * step.value.done) / Math.max(1, step.value.total));
  const rows = sequences.flatMap((sequence) => {
    const own = sequence.ids.subarray(sequence.first, sequence.end);
    return Array.from(own, (_, index) => ({ sequence, own, index }));
  });
  for await (const { first, count, activations } of encodeRows(encoder, sae, step.value, tally.options.threshold)) {
    tally.nearThreshold += activations.nearThreshold ?? 0;
    for (let row = 0; row < count; row += 1) {
      const { sequence, own, index } = rows[first + row]!;
      tally.add(sequence, own, index, activations, row);
    }
  }
  yield at(tokens);
  return tokens;
}

/** The sequences cut to whole blocks; what is left over is counted. */
function wholeBlocks(group: TokenGroup, blockTokens: number, read: ReadFacts): DocumentTokens[] {
  return group.sequences.flatMap((sequence) => {
    const { first, end } = sequence;
    const over = (end - first) % blockTokens;
    read.droppedTokens += over;
    if (sequence.cut) read.cutDocuments += 1;
    if (end - first > over) return [{ ...sequence, ids: sequence.ids.subarray(0, end - over), end: end - over }];
    if (sequence.start === 0) {
      read.droppedDocuments += 1;
      read.longest = Math.max(read.longest, end - first);
    }
    return [];
  });
}

interface Merged {
  readonly file: FiringFile;
  readonly merge: FiringMerge;
  readonly fit: SaeFit;
  readonly leftOut: readonly string[];
}

function resultOf(
  { source }: FiringRequest,
  { threshold, blockTokens }: Settings,
  { file, merge, fit, leftOut }: Merged,
): FiringResult {
  const { tokens, contexts, sources, nearThreshold } = merge;
  const { droppedTokens, droppedDocuments, cutDocuments, longest } = merge.read;
  const index = merge.index();
  const blocks = index.sizes.length;
  if (blocks === 0) throw noBlocks(source, { longest, leftOut }, blockTokens);
  if (file.entries === 0) {
    throw new UserError(
      `No feature’s activation exceeds ${threshold} on any of ${tokens} tokens`,
      'Lower it with --threshold, and check that the SAE belongs to this model and layer.',
    );
  }
  return {
    firing: file.blocks(index),
    contexts,
    rates: {
      tokens: Float64Array.from(merge.tokenCounts, (count) => count / tokens),
      blocks: Float64Array.from(index.counts, (count) => count / blocks),
    },
    fit,
    sources,
    tokens,
    dropped: { tokens: droppedTokens, documents: droppedDocuments },
    cutDocuments,
    nearThreshold,
    close: () => file.close(),
  };
}

function noBlocks(
  source: DocumentSource,
  { longest, leftOut }: { readonly longest: number; readonly leftOut: readonly string[] },
  blockTokens: number,
): UserError {
  if (longest === 0) {
    const why = leftOut.join('; ');
    return new UserError(
      `No document could be read${why === '' ? '' : `: ${why}`}`,
      'Give text files in UTF-8, or tables with a text column.',
    );
  }
  const joined = (source.options.join ?? 1) > 1;
  return new UserError(
    `No document has a whole block of ${blockTokens} tokens: the longest has ${longest}`,
    `Take smaller blocks with --block-tokens, or join ${joined ? 'more' : 'several'} documents into one with --join N.`,
  );
}
