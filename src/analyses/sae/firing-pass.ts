import { makeFolder } from '../../data/make-folder';
import { skippedDocuments } from '../../data/documents/documents';
import type { DocumentSource } from '../../data/documents/documents';
import type { FiringBlocks } from '../../data/sae/firing';
import type { Sae } from '../../data/sae/sae';
import type { SaeEncoder } from '../../models/sae/encoder';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { TopContexts } from './contexts';
import { entriesFile, firingFromFile, FiringWriter, readState, writeState } from './firing-file';
import { FiringTally } from './firing-tally';
import type { TallyFacts } from './firing-tally';
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
  /** Milliseconds of work that a killed run may lose (default 30,000). */
  readonly checkpointEvery?: number | undefined;
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
}

/** What is known between two groups, besides the tally. */
interface State {
  /** Where the next group begins. */
  next: { document: number; start: number };
  entries: number;
  fit: SaeFit | undefined;
  droppedTokens: number;
  droppedDocuments: number;
  cutDocuments: number;
  /** Tokens of the longest document without a whole block. */
  longest: number;
  /** Present when all documents were read: what was left out of them. */
  leftOut: readonly string[] | undefined;
}

type Settings = ReturnType<typeof settingsOf>;

/**
 * Runs documents through a model and an SAE: which features fire in which block of tokens, how often, and where most.
 * The features of the blocks go to a file of the run's checkpoint, and what else is counted with them every half minute: a
 * killed run is taken up at the group after, with the numbers of one that was never stopped.
 * Only whole blocks are run, counted and searched for contexts: the tokens behind cannot change those before them.
 * @throws UserError where no document has a whole block, or no feature fires; Cancelled
 */
export async function* firingPass(request: FiringRequest, context: RunContext): AsyncGenerator<Progress, FiringResult> {
  const { model, sae, source } = request;
  const settings = settingsOf(request);
  const { folder } = await context.checkpoint([...model.files, ...sae.files, ...source.files], {
    pass: 'firing',
    executor: model.executor,
    documents: source.options,
    // Contents alone do not tell a file that was moved to another folder, which changes its documents' type.
    names: source.names,
    ...settings,
  });
  await makeFolder(folder);
  const tally = new FiringTally({ ...settings, features: sae.features });
  const state = await restored(folder, tally, sae.features);
  if (state.fit === undefined) {
    const groups = tokenizedDocuments(source, model, settings);
    state.fit = yield* measureFit({ ...request, groups, tokens: settings.fitTokens, signal: context.signal });
  }
  for (const warning of fitWarnings(state.fit)) context.warn(warning);
  if (state.leftOut === undefined) yield* readAll({ request, settings, folder, tally, state, context });
  for (const line of state.leftOut ?? []) context.warn(line);
  const result = resultOf(request, settings, folder, tally, state);
  warnOfLeftOut(result, settings, context);
  return result;
}

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

interface Pass {
  readonly request: FiringRequest;
  readonly settings: Settings;
  readonly folder: string;
  readonly tally: FiringTally;
  readonly state: State;
  readonly context: RunContext;
}

async function* readAll(pass: Pass): AsyncGenerator<Progress, void> {
  const { request, settings, folder, tally, state } = pass;
  const { model, sae, source, checkpointEvery = 30_000 } = request;
  const writer = await FiringWriter.open(folder, sae.features, state.entries);
  const save = async (): Promise<void> => {
    state.entries = writer.entries;
    await writer.sync();
    await writeState(folder, { tally: tally.facts, state }, tally.arrays);
  };
  try {
    let saved = Date.now();
    for await (const group of tokenizedDocuments(source, model, { ...settings, from: { ...state.next } })) {
      yield* readGroup(group, pass);
      await writer.append(tally.take());
      const last = group.sequences.at(-1)!;
      state.next = { document: last.document, start: last.start + 1 };
      if (Date.now() - saved < checkpointEvery) continue;
      await save();
      saved = Date.now();
    }
    state.leftOut = skippedDocuments(source);
    await save();
  } finally {
    await writer.close();
  }
}

async function* readGroup(group: TokenGroup, pass: Pass): AsyncGenerator<Progress, void> {
  const { request, settings, tally, state, context } = pass;
  const { model, sae, encoder, layer, source } = request;
  const sequences = wholeBlocks(group, settings.blockTokens, state);
  const before = tally.tokens;
  const tokens = sequences.reduce((sum, { first, end }) => sum + end - first, 0);
  const total = source.share > 0 ? Math.round((before + tokens) / source.share) : before + tokens;
  const at = (done: number): Progress => ({ phase: 'Feature firing', done: Math.floor(done), total, unit: 'tokens' });
  if (tokens === 0) {
    yield at(before);
    return;
  }
  const running = layerRows(model, layer, sequences, context.signal);
  let step = await running.next();
  for (; step.done !== true; step = await running.next())
    yield at(before + (tokens * step.value.done) / Math.max(1, step.value.total));
  const rows = sequences.flatMap((sequence) => {
    const own = sequence.ids.subarray(sequence.first, sequence.end);
    return Array.from(own, (_, index) => ({ sequence, own, index }));
  });
  for await (const { first, count, activations } of encodeRows(encoder, sae, step.value)) {
    for (let row = 0; row < count; row += 1) {
      const { sequence, own, index } = rows[first + row]!;
      tally.add(sequence, own, index, activations, row);
    }
  }
  yield at(tally.tokens);
}

/** The sequences cut to whole blocks; what is left over is counted. */
function wholeBlocks(group: TokenGroup, blockTokens: number, state: State): DocumentTokens[] {
  return group.sequences.flatMap((sequence) => {
    const { first, end } = sequence;
    const over = (end - first) % blockTokens;
    state.droppedTokens += over;
    if (sequence.cut) state.cutDocuments += 1;
    if (end - first > over) return [{ ...sequence, ids: sequence.ids.subarray(0, end - over), end: end - over }];
    if (sequence.start === 0) {
      state.droppedDocuments += 1;
      state.longest = Math.max(state.longest, end - first);
    }
    return [];
  });
}

async function restored(folder: string, tally: FiringTally, features: number): Promise<State> {
  const kept = await readState(folder);
  const fresh: State = {
    next: { document: 0, start: 0 },
    entries: 0,
    fit: undefined,
    droppedTokens: 0,
    droppedDocuments: 0,
    cutDocuments: 0,
    longest: 0,
    leftOut: undefined,
  };
  if (kept === undefined) return fresh;
  const facts = kept.facts as { readonly tally: TallyFacts; readonly state: State };
  if (!(await FiringWriter.holds(folder, features, facts.state.entries))) return fresh;
  tally.restore(facts.tally, kept.arrays);
  return facts.state;
}

function resultOf(
  { sae, source }: FiringRequest,
  { threshold, blockTokens }: Settings,
  folder: string,
  tally: FiringTally,
  state: State,
): FiringResult {
  const { sources, ...index } = tally.index();
  const blocks = index.sizes.length;
  if (blocks === 0) throw noBlocks(source, state, blockTokens);
  if (state.entries === 0) {
    throw new UserError(
      `No feature’s activation exceeds ${threshold} on any of ${tally.tokens} tokens`,
      'Lower it with --threshold, and check that the SAE belongs to this model and layer.',
    );
  }
  return {
    firing: firingFromFile(entriesFile(folder), { features: sae.features, ...index }),
    contexts: tally.contexts,
    rates: {
      tokens: Float64Array.from(tally.tokenCounts, (count) => count / tally.tokens),
      blocks: Float64Array.from(index.counts, (count) => count / blocks),
    },
    fit: state.fit!,
    sources,
    tokens: tally.tokens,
    dropped: { tokens: state.droppedTokens, documents: state.droppedDocuments },
    cutDocuments: state.cutDocuments,
  };
}

function noBlocks(source: DocumentSource, { longest, leftOut }: State, blockTokens: number): UserError {
  if (longest === 0) {
    const why = (leftOut ?? []).join('; ');
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
