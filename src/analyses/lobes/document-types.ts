import { topLobes, typesDifferBetweenLobes } from '../../math/contingency';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { AffinityLabelling } from './clustering';
import { spread } from './kept';
import type { Kept } from './kept';
import { nullFields } from './nulls';
import type { DocumentTypeFields, TypeTestFields } from './result';
import type { HeldOutBlocks } from './source';
import type { Work } from './work';

/** Shuffles of types over documents: cheap, so that p can be small. */
const DRAWS = 1000;

export interface TypeResult {
  /** Of every labelling. */
  readonly tests: readonly TypeTestFields[];
  /** By the first labelling. */
  readonly table: readonly DocumentTypeFields[];
}

/**
 * On held-out documents: of every block the lobe with the highest share of its features firing, against the document's
 * type. The null shuffles types over documents, whose blocks keep together.
 */
export async function* documentTypes(
  work: Work,
  heldOut: HeldOutBlocks,
  labellings: readonly AffinityLabelling[],
  kept: Kept,
): AsyncGenerator<Progress, TypeResult> {
  const { source, context } = work;
  const labels = labellings.map((one) => spread(one.labels, kept.features, source.features));
  const tops = labellings.map(() => new Int32Array(heldOut.blocks));
  let done = 0;
  for await (const part of heldOut.parts()) {
    if (context.signal.aborted) throw new Cancelled();
    labellings.forEach(({ lobes }, i) => tops[i]!.set(topLobes(part, labels[i]!, lobes).lobes, done));
    done += part.starts.length - 1;
    yield { phase: 'Document types', done, total: heldOut.blocks, unit: 'blocks' };
  }
  const tests = labellings.map(({ affinity, lobes }, i) => {
    const blocks = { topLobe: tops[i]!, documents: heldOut.documents, documentTypes: heldOut.documentTypes };
    const found = typesDifferBetweenLobes(blocks, { draws: DRAWS, random: work.random(`types/${affinity}/${lobes}`) });
    const { chi2, df, cramersV, blocks: counted, silent, documents } = found;
    return { chi2, df, cramersV, ...nullFields(found), blocks: counted, silent, documents };
  });
  return { tests, table: tableOf(heldOut, tops[0]!, labellings[0]!.lobes) };
}

function tableOf(heldOut: HeldOutBlocks, top: Int32Array, lobes: number): DocumentTypeFields[] {
  return heldOut.types.flatMap((type, t) => {
    const blocks = [...top.keys()].filter((block) => heldOut.documentTypes[heldOut.documents[block]!] === t);
    if (blocks.length === 0) return [];
    const topLobe = new Array<number>(lobes).fill(0);
    for (const block of blocks) if (top[block]! >= 0) topLobe[top[block]!]! += 1;
    return [
      {
        type,
        documents: new Set(blocks.map((block) => heldOut.documents[block])).size,
        blocks: blocks.length,
        topLobe,
        silent: blocks.filter((block) => top[block] === -1).length,
      },
    ];
  });
}
