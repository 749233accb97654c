import type { Cooccurrence, FiringPart } from '../../math/cooccurrence/cooccurrence';
import type { Progress } from '../../shared/progress';
import type { SaeFit } from '../sae/fit';

/** Blocks that lobes are not made from, for the comparison of document types. */
export interface HeldOutBlocks {
  readonly blocks: number;
  parts(): AsyncIterable<FiringPart>;
  /** i32 [blocks]: the document of each. */
  readonly documents: Int32Array;
  /** i32 [documents] */
  readonly documentTypes: Int32Array;
  readonly types: readonly string[];
}

/** One place in a text where a feature fired strongly. */
export interface FeatureContext {
  readonly before: string;
  readonly token: string;
  readonly after: string;
  readonly value: number;
  readonly source: string;
}

/** What the text itself says of features; only where a model read documents. */
export interface FeatureTexts {
  /** Contexts of a feature, the strongest first. */
  contexts(feature: number): readonly FeatureContext[];
  /** Their tokens alone, decoded as far as asked. */
  tokens(feature: number): Iterable<string>;
  /** f64 [features]: share of tokens on which each fired. */
  readonly tokenRates: Float64Array;
}

/** Where firing and directions come from, whatever was given. */
export interface LobeSource {
  readonly kind: 'documents' | 'firing' | 'co-occurrence';
  /** Of the SAE or the file, for titles. */
  readonly name: string;
  readonly features: number;
  readonly width: number;
  /** f32 [features, width] */
  readonly decoder: Float32Array;
  /** T: blocks that lobes are made from. */
  readonly blocks: number;
  /** i32 [features]: n_i, blocks among them in which each fired; absent where only counting tells. */
  readonly counts?: Int32Array;
  cooccurrence(): AsyncGenerator<Progress, Cooccurrence>;
  readonly heldOut?: HeldOutBlocks;
  readonly texts?: FeatureTexts;
  /** Facts for the result. */
  readonly fields: {
    readonly layer?: number;
    readonly documents?: DocumentFields;
    readonly fit?: SaeFit;
  };
  /** Files that the numbers depend on, for the checkpoint; and by which names, where these say documents' types. */
  readonly files: readonly string[];
  readonly documentNames?: readonly string[];
  close(): Promise<void>;
}

/** Documents of a run. */
export interface DocumentFields {
  /** With at least one whole block. */
  readonly used: number;
  readonly heldOut: number;
  /** Tokens in whole blocks. */
  readonly tokens: number;
  /** Documents without a whole block, and those of which only the first tokens were read. */
  readonly tooShort: number;
  readonly cut: number;
  /**
   * Pre-activations within 1e-5 of the value that decides firing (the larger of the threshold and the SAE's own): those that
   * could count otherwise on another kind of processor. Of a TopK SAE only those among the k largest: which features are
   * among them may be as near, and is not counted.
   */
  readonly nearThreshold: number;
  readonly types: readonly string[];
}
