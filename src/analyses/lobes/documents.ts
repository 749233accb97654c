import { basename } from 'node:path';
import type { DocumentOptions, DocumentSource } from '../../data/documents/documents';
import { openDocuments } from '../../data/documents/open';
import type { FiringBlocks } from '../../data/sae/firing';
import { openSae } from '../../data/sae/open';
import type { Sae } from '../../data/sae/sae';
import { countCooccurrence } from '../../math/cooccurrence/count';
import { Random } from '../../math/random';
import { makeSaeEncoder } from '../../models/sae/encoder';
import { checkSaeFits } from '../../models/sae/fits';
import type { Transformer } from '../../models/transformer';
import type { Progress } from '../../shared/progress';
import { counted } from '../../shared/words';
import type { RunContext } from '../contract';
import { decodeContexts, decodeTokens } from '../sae/contexts';
import { firingPass } from '../sae/firing-pass';
import type { FiringResult } from '../sae/firing-pass';
import { warnOfSae } from '../sae/warnings';
import { blocksWhere, heldOutDocuments } from './held-out';
import { requireMemory } from './memory';
import type { HeldOutBlocks, LobeSource } from './source';
import type { LobesSpec } from './spec';

/** Documents on either side below which types cannot be compared. */
const FEWEST_DOCUMENTS = 2;

/**
 * Runs the documents through model and SAE (`firingPass`), checks that they belong together, and parts the documents into
 * those that lobes are made from and those on which document types are compared.
 * @throws UserError for an SAE of another width or layer, documents that cannot be read, or nothing that fires
 */
export async function* firedInDocuments(spec: LobesSpec, context: RunContext): AsyncGenerator<Progress, LobeSource> {
  const documents = await documentsOf(spec, context);
  const sae = await openSae(spec.sae!);
  for (const file of sae.files) context.recordInput(file, 'SAE');
  requireMemory(sae, context.memory);
  warnOfSae(sae, spec.model, context);
  const model = await context.openModel(spec.model!);
  const layer = checkSaeFits(sae, model.description, spec.layer);
  const pass = yield* passOver({ spec, context, documents, sae, model, layer });
  try {
    // Its weights are no longer needed: counting may take their memory.
    await model.dispose();
    const files = [...model.files, ...sae.files, ...documents.files];
    return sourceOf({ spec, context, pass, sae, layer, files, documents, tokenizer: model.tokenizer });
  } catch (error) {
    await pass.close();
    throw error;
  }
}

async function documentsOf(spec: LobesSpec, context: RunContext): Promise<DocumentSource> {
  const { textColumn, typeColumn, types, join } = spec;
  const source = await openDocuments(spec.documents!, { textColumn, typeColumn, types, join });
  for (const file of source.files) context.recordInput(file, 'documents');
  return spec.maxDocuments === undefined ? source : firstDocuments(source, spec.maxDocuments);
}

/** The first so many documents of a source. */
export function firstDocuments(source: DocumentSource, most: number): DocumentSource {
  const options: DocumentOptions & { readonly maxDocuments: number } = { ...source.options, maxDocuments: most };
  return {
    files: source.files,
    names: source.names,
    options,
    otherFiles: source.otherFiles,
    get skipped() {
      return source.skipped;
    },
    get share() {
      return source.share;
    },
    async *documents() {
      let given = 0;
      for await (const document of source.documents()) {
        yield document;
        given += 1;
        if (given === most) return;
      }
    },
  };
}

interface Pass {
  readonly spec: LobesSpec;
  readonly context: RunContext;
  readonly documents: DocumentSource;
  readonly sae: Sae;
  readonly model: Transformer;
  readonly layer: number;
}

async function* passOver({
  spec,
  context,
  documents,
  sae,
  model,
  layer,
}: Pass): AsyncGenerator<Progress, FiringResult> {
  const encoder = await makeSaeEncoder(sae, context.threads);
  try {
    const { threshold, blockTokens, maxTokens, long, contexts: contextsPerFeature } = spec;
    const settings = { threshold, blockTokens, maxTokens, long, contextsPerFeature };
    return yield* firingPass({ model, sae, encoder, layer, source: documents, ...settings }, context);
  } finally {
    await encoder.dispose();
  }
}

interface Fired {
  readonly spec: LobesSpec;
  readonly context: RunContext;
  readonly pass: FiringResult;
  readonly sae: Sae;
  readonly layer: number;
  readonly files: readonly string[];
  readonly documents: DocumentSource;
  readonly tokenizer: Transformer['tokenizer'];
}

function sourceOf({ spec, context, pass, sae, layer, files, documents, tokenizer }: Fired): LobeSource {
  const { firing, contexts, sources } = pass;
  const heldOut = documentsHeldOut(firing, spec, context);
  const isHeldOut = (block: number): boolean => heldOut[firing.documents[block]!] === 1;
  const out = Int32Array.from(firing.documents.keys()).filter(isHeldOut);
  const blocks = firing.blocks - out.length;
  const { features, width, decoder } = sae;
  const { threads, memory, signal } = context;
  return {
    kind: 'documents',
    name: basename(sae.path),
    features,
    width,
    decoder,
    blocks,
    ...(out.length === 0 ? { counts: firing.counts } : { heldOut: heldOutBlocks(firing, heldOut, out) }),
    cooccurrence: () =>
      countCooccurrence(blocksWhere(firing, heldOut, 0), { features, blocks, threads, memory, signal }),
    texts: {
      tokenRates: pass.rates.tokens,
      contexts: (feature) =>
        decodeContexts(contexts, feature, tokenizer).map(({ document, ...context }) => ({
          ...context,
          source: sources[document]!,
        })),
      tokens: (feature) => decodeTokens(contexts, feature, tokenizer),
    },
    fields: {
      layer,
      fit: pass.fit,
      documents: {
        used: firing.documentTypes.length,
        heldOut: heldOut.reduce((sum, flag) => sum + flag, 0),
        tokens: pass.tokens,
        tooShort: pass.dropped.documents,
        cut: pass.cutDocuments,
        nearThreshold: pass.nearThreshold,
        types: firing.types,
      },
    },
    files,
    documentNames: documents.names,
    close: () => pass.close(),
  };
}

/** u8 [documents]: 1 = held out; none where types cannot be compared. */
function documentsHeldOut(firing: FiringBlocks, spec: LobesSpec, context: RunContext): Uint8Array {
  const { documentTypes, types } = firing;
  const none = new Uint8Array(documentTypes.length);
  if (spec.heldOut === 0) return none;
  if (types.length < 2) {
    context.warn('All documents are of one type: none are held out, and lobes are not compared by document type.');
    return none;
  }
  const drawn = heldOutDocuments(documentTypes, types.length, spec.heldOut, new Random(context.seed, 'lobes/held-out'));
  const out = drawn.reduce((sum, flag) => sum + flag, 0);
  if (Math.min(out, drawn.length - out) >= FEWEST_DOCUMENTS) return drawn;
  context.warn(
    `${counted(drawn.length, 'document')} with a whole block are too few to hold some out: lobes are not compared by document type.`,
  );
  return none;
}

function heldOutBlocks(firing: FiringBlocks, heldOut: Uint8Array, blocks: Int32Array): HeldOutBlocks {
  return {
    blocks: blocks.length,
    parts: () => blocksWhere(firing, heldOut, 1),
    documents: blocks.map((block) => firing.documents[block]!),
    documentTypes: firing.documentTypes,
    types: firing.types,
  };
}
