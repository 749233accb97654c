import type { FiringPart } from './cooccurrence/cooccurrence';
import { nullSummary } from './nulls';
import type { NullSummary } from './nulls';
import type { Random } from './random';

/** χ² of independence of a table's rows and columns. */
export interface ChiSquare {
  /** Σ (observed − expected)²/expected, without correction for continuity. */
  readonly chi2: number;
  /** (rows − 1)(columns − 1). */
  readonly df: number;
  /** √(χ²/(n · min(rows − 1, columns − 1))), 0…1; NaN for a single row or column. */
  readonly cramersV: number;
}

/**
 * χ² of a contingency table, rows and columns that are all zero left out: `scipy.stats.chi2_contingency` with
 * `correction=False`.
 * @param table counts [rows, columns]
 */
export function chiSquare(table: ArrayLike<number>, columns: number): ChiSquare {
  const rows = table.length / columns;
  const ofRow = new Float64Array(rows);
  const ofColumn = new Float64Array(columns);
  for (let i = 0; i < table.length; i += 1) {
    ofRow[Math.floor(i / columns)]! += table[i]!;
    ofColumn[i % columns]! += table[i]!;
  }
  const n = ofRow.reduce((sum, count) => sum + count, 0);
  let chi2 = 0;
  for (let r = 0; r < rows; r += 1) {
    for (let c = 0; c < columns; c += 1) {
      const expected = (ofRow[r]! * ofColumn[c]!) / n;
      if (expected > 0) chi2 += (table[r * columns + c]! - expected) ** 2 / expected;
    }
  }
  const present = (sums: Float64Array): number => sums.reduce((count, sum) => count + Number(sum > 0), 0);
  const [freeRows, freeColumns] = [Math.max(0, present(ofRow) - 1), Math.max(0, present(ofColumn) - 1)];
  const cramersV = Math.sqrt(chi2 / (n * Math.min(freeRows, freeColumns)));
  return { chi2, df: freeRows * freeColumns, cramersV };
}

/** Lobe with the highest share of its features firing, block by block. */
export interface TopLobes {
  /** i32 [blocks]; −1 where no feature of any lobe fired. */
  readonly lobes: Int32Array;
  /** Blocks with −1. */
  readonly silent: number;
}

/**
 * Per block the lobe with the highest share of its features firing; ties go to the lower lobe.
 * @param labels i32 [features], lobe of every feature, −1 = in none
 * @param lobes how many lobes there are
 */
export function topLobes({ starts, features }: FiringPart, labels: Int32Array, lobes: number): TopLobes {
  const sizes = new Int32Array(lobes);
  for (const label of labels) if (label >= 0) sizes[label]! += 1;
  const firing = new Int32Array(lobes);
  const top = new Int32Array(starts.length - 1);
  let silent = 0;
  for (let block = 0; block < top.length; block += 1) {
    firing.fill(0);
    for (let entry = starts[block]!; entry < starts[block + 1]!; entry += 1) {
      const label = labels[features[entry]!]!;
      if (label >= 0) firing[label]! += 1;
    }
    top[block] = largestShare(firing, sizes);
    silent += Number(top[block] === -1);
  }
  return { lobes: top, silent };
}

function largestShare(firing: Int32Array, sizes: Int32Array): number {
  let best = -1;
  for (let lobe = 0; lobe < sizes.length; lobe += 1) {
    if (firing[lobe] === 0) continue;
    // Shares compared as whole numbers, so that ties are ties.
    if (best === -1 || firing[lobe]! * sizes[best]! > firing[best]! * sizes[lobe]!) best = lobe;
  }
  return best;
}

/** Blocks with their top lobe, and the types of the documents that they come from. */
export interface TypedBlocks {
  /** i32 [blocks], −1 = none: left out. */
  readonly topLobe: Int32Array;
  /** i32 [blocks], document of every block. */
  readonly documents: Int32Array;
  /** i32 [documents], type of every document, numbered from 0. */
  readonly documentTypes: Int32Array;
}

/** How a table of document type × top lobe departs from types that lie at random over documents. */
export interface TypeDifference extends NullSummary, ChiSquare {
  /** i32 [types, lobes]: blocks. */
  readonly table: Int32Array;
  readonly types: number;
  readonly lobes: number;
  /** Blocks counted, and blocks left out because no lobe was active in them. */
  readonly blocks: number;
  readonly silent: number;
  /** Documents with at least one counted block: what is shuffled. */
  readonly documents: number;
}

/**
 * Do document types differ in which lobe is the most active? χ² of type × lobe over blocks, against types shuffled over
 * documents: the blocks of one document are not independent and keep together, so χ²'s own distribution would not do.
 */
export function typesDifferBetweenLobes(
  { topLobe, documents, documentTypes }: TypedBlocks,
  { draws = 1000, random }: { readonly draws?: number; readonly random: Random },
): TypeDifference {
  const counted = Int32Array.from({ length: topLobe.length }, (_, block) => block).filter((b) => topLobe[b]! >= 0);
  const shuffledDocuments = Int32Array.from(new Set(Array.from(counted, (block) => documents[block]!)));
  const types = 1 + documentTypes.reduce((most, type) => Math.max(most, type), -1);
  const lobes = 1 + topLobe.reduce((most, lobe) => Math.max(most, lobe), -1);
  const tabulate = (typeOf: Int32Array): Int32Array => {
    const table = new Int32Array(types * lobes);
    for (const block of counted) table[typeOf[documents[block]!]! * lobes + topLobe[block]!]! += 1;
    return table;
  };
  const table = tabulate(documentTypes);
  const found = chiSquare(table, lobes);
  const typeOf = documentTypes.slice();
  const null_ = Float64Array.from({ length: draws }, () => {
    const order = random.permutation(shuffledDocuments.length);
    shuffledDocuments.forEach((document, i) => {
      typeOf[document] = documentTypes[shuffledDocuments[order[i]!]!]!;
    });
    return chiSquare(tabulate(typeOf), lobes).chi2;
  });
  return {
    ...found,
    ...nullSummary(found.chi2, null_),
    table,
    types,
    lobes,
    blocks: counted.length,
    silent: topLobe.length - counted.length,
    documents: shuffledDocuments.length,
  };
}
