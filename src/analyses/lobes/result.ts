import type { AnalysisResult } from '../../shared/analysis';
import { percent } from '../../shared/words';
import type { SaeFit } from '../sae/fit';
import type { DocumentFields } from './source';
import type { AffinityName } from './spec';

/** A measured value among the draws of its null. */
export interface NullFields {
  readonly nullMean: number;
  readonly nullSd: number;
  readonly z: number;
  /** Why there is no z, where there is none. */
  readonly zReason?: string;
  /** Empirical: (1 + #{null ≥ value})/(1 + draws). */
  readonly p: number;
  readonly draws: number;
}

/** Document type against top lobe over held-out blocks. */
export interface TypeTestFields extends NullFields {
  readonly chi2: number;
  readonly df: number;
  readonly cramersV: number;
  readonly blocks: number;
  /** Blocks in which no feature of any lobe fired: left out. */
  readonly silent: number;
  readonly documents: number;
}

/** Lobes by one affinity and one number of lobes. */
export interface AffinityFields {
  readonly name: AffinityName;
  readonly lobes: number;
  /** Its array without `.npy`. */
  readonly labels: string;
  /** Features of each lobe, the largest first. */
  readonly sizes: readonly number[];
  /** The smallest eigenvalues of the normalised Laplacian, ascending. */
  readonly eigenvalues: readonly number[];
  /** Between these lobes and as many geometry lobes. Null: labels permuted; `withinDeciles`: within firing-rate deciles. */
  readonly ami: { readonly value: number } & NullFields & { readonly withinDeciles: NullFields };
  /** Null: Gaussian unit-norm decoders; `withinDeciles`: labels permuted within firing-rate deciles. */
  readonly position: { readonly balancedAccuracy: number } & NullFields & { readonly withinDeciles: NullFields };
  readonly documentTypes?: TypeTestFields;
}

/** Held-out blocks of one type, by the lobe with the highest share of its features firing. */
export interface DocumentTypeFields {
  readonly type: string;
  readonly documents: number;
  readonly blocks: number;
  /** Blocks by top lobe. */
  readonly topLobe: readonly number[];
  /** Blocks in which no feature of any lobe fired. */
  readonly silent: number;
}

/** One lobe of the main labelling. */
export interface LobeFields {
  readonly lobe: number;
  readonly size: number;
  readonly meanRate: number;
  /** Features that fire in most blocks. */
  readonly features: readonly { readonly feature: number; readonly rate: number; readonly tokens: readonly string[] }[];
}

/** What stands under `result` in `result.json`. */
export interface LobesFields {
  readonly source: 'documents' | 'firing' | 'co-occurrence';
  readonly name: string;
  readonly layer?: number;
  readonly features: number;
  readonly width: number;
  /** Features that went into the clustering. */
  readonly kept: number;
  readonly leftOut: { readonly neverFired: number; readonly tooOften: number };
  /** Blocks that lobes were made from, and those held out. */
  readonly blocks: number;
  readonly heldOutBlocks: number;
  readonly documents?: DocumentFields;
  /** How well the SAE reconstructs the layer on the documents. */
  readonly fit?: SaeFit;
  /** The main number, and all of them. */
  readonly lobes: number;
  readonly numbers: readonly number[];
  readonly draws: number;
  readonly split: { readonly kind: 'first' | 'stratified'; readonly train: number; readonly test: number };
  /** The main affinity first; of each all numbers of lobes. */
  readonly affinities: readonly AffinityFields[];
  readonly geometry: readonly { readonly lobes: number; readonly labels: string; readonly sizes: readonly number[] }[];
  /** By the main labelling. */
  readonly documentTypes: readonly DocumentTypeFields[];
  readonly lobeTable: readonly LobeFields[];
  /** Cells on a side of `heatmap.npy`, and the first cell of every lobe. */
  readonly heatmap: { readonly side: number; readonly bounds: readonly number[] };
  readonly map: { readonly pcaShares: readonly number[]; readonly umap: boolean };
}

/** The fields of a result that this analysis made. */
export function fieldsOf(result: AnalysisResult): LobesFields {
  return result.fields as unknown as LobesFields;
}

/** The main labelling. */
export function mainOf({ affinities, lobes }: Pick<LobesFields, 'affinities' | 'lobes'>): AffinityFields {
  return affinities.find((one) => one.lobes === lobes)!;
}

/** A result with what its figures show beside its fields and arrays. */
export interface LobesResult extends AnalysisResult {
  /** One line for the hover of every feature. */
  readonly hover: readonly string[];
}

/** One line for the hover of every feature: its top tokens and its firing rate; the rate alone where no text is known. */
export function hoverOf(result: AnalysisResult): readonly string[] {
  if ('hover' in result) return (result as LobesResult).hover;
  return Array.from(result.arrays['firingRate']!.data, percent);
}
