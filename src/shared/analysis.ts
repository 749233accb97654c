import type { z } from 'zod';
import { UserError } from './errors';

/**
 * What an analysis is and what it takes, without how it computes. Specs are pure, so that the editor, the command line
 * and the build scripts share one source of names, flags, defaults, JSON Schema and error messages.
 */
export interface AnalysisSpec<Spec = unknown, Input = unknown> {
  /** The verb on the command line and the folder under `analyses/` names the same thing: `localize`. */
  readonly id: string;
  /** Schema tag in `result.json`: `brainlens/<schema>@<version>`. */
  readonly schema: string;
  readonly version: number;
  /** Title of the palette command, without the category: "Localize Language Units…". */
  readonly title: string;
  /** One sentence for help and tooltips. */
  readonly describe: string;
  /**
   * The analysis' settings. One flat object; every field has a `.describe()` and, unless required, a default. Field
   * names are camelCase in specs and result files and kebab-case as flags (`maxTokens` → `--max-tokens`). No transforms,
   * so that `z.toJSONSchema(spec, { io: 'input' })` works. Paths stay as the person gave them; the engine resolves them.
   */
  readonly spec: z.ZodType<Spec, Input>;
  /** Fields whose values are file paths, resolved against the working folder before a run. */
  readonly paths: readonly string[];
  /** Fields that hold a path only where their value looks like one: `folds` is `kfold:5:0` or `folds.npy`. */
  readonly pathsLike?: Readonly<Record<string, RegExp>>;
  /** Fields of `paths` that need not exist: the analysis says which are missing, and goes on with the others. */
  readonly mayBeMissing?: readonly string[];
  /** A cancelled run of it leaves a checkpoint, and the same run goes on from there: the editor offers to pause it. */
  readonly resumes?: true;
  /**
   * The parts of its work, under these settings, that fall into pieces and can be sharded, in order; absent: none. The
   * numbers are the same however they are divided.
   */
  stages?(spec: Spec): readonly Stage[];
  /** Where the editor offers it; absent: command line only. */
  readonly menu?: {
    /**
     * `model`: on model folders and `.gguf` files in the Explorer; `localization`: on a localization's `result.json` and
     * in the title bar of its panel; `localizations`: in the palette, where the workspace has some; `dataset`: on folders
     * and dataset manifests; `model-and-dataset`: where `model` is, and on dataset manifests; `sae`: on folders and files
     * of sparse autoencoders; `sae-or-model`: on both; `models`: where the workspace has two models or an alignment, and
     * there on them; `model-and-words`: where `model` is, and on dataset manifests whose rows are not sentences.
     */
    readonly on:
      | 'model'
      | 'localization'
      | 'localizations'
      | 'dataset'
      | 'model-and-dataset'
      | 'sae'
      | 'sae-or-model'
      | 'models'
      | 'model-and-words';
  };
}

/** A part of an analysis' work that can be sharded. */
export interface Stage {
  readonly name: string;
  /** It is one piece, which cannot be divided further: a shard of its own. */
  readonly single?: true;
}

/** An NPY-storable array: flat data, C order. */
export interface NdArray {
  readonly data: Float64Array | Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

/** What an analysis hands back: small numbers (under `result` in `result.json`) and arrays (one `.npy` each). */
export interface AnalysisResult {
  /** JSON-able; non-finite numbers are allowed and are written as `null` with a sibling `…Reason`. */
  readonly fields: Record<string, unknown>;
  /** File name without `.npy` → array. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** Name of a further file in the result folder → writes it at the path it is given. */
  readonly files?: Readonly<Record<string, (path: string) => Promise<void>>>;
}

/** A bound as a sentence that follows the flag; the specs' own messages are such already. */
function inWords(issue: z.core.$ZodIssue): string {
  if ((issue.code !== 'too_big' && issue.code !== 'too_small') || !issue.message.startsWith('Too '))
    return issue.message;
  if (issue.origin !== 'number' && issue.origin !== 'int')
    return issue.code === 'too_small' ? 'is empty' : issue.message;
  const { inclusive } = issue;
  if (issue.code === 'too_big') return `must be ${inclusive === true ? 'at most' : 'below'} ${issue.maximum}`;
  return `must be ${inclusive === true ? 'at least' : 'above'} ${issue.minimum}`;
}

/** The command line's flag for a field of a spec: `maxTokens` → `--max-tokens`. */
export function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The first thing wrong with the settings of an analysis, as a sentence that follows the name of the setting; `undefined`
 * where they are right.
 */
export function settingIssue(
  analysis: AnalysisSpec,
  input: Readonly<Record<string, unknown>>,
): { readonly field: string; readonly message: string } | undefined {
  const issue = analysis.spec.safeParse(input).error?.issues[0];
  if (issue === undefined) return undefined;
  const field = String(issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys[0] : ''));
  const missing = issue.code === 'invalid_type' && input[field] === undefined;
  return { field, message: missing ? 'is missing' : inWords(issue) };
}

/**
 * Checks the settings of an analysis and fills in its defaults.
 * @param input the spec's input form
 * @throws UserError for the first thing wrong, named by its flag
 */
export function parseSpec<Spec>(analysis: AnalysisSpec<Spec, unknown>, input: Record<string, unknown>): Spec {
  const parsed = analysis.spec.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const help = `See brainlens ${analysis.id} --help.`;
  if (issue.code === 'unrecognized_keys') throw new UserError(`${flagOf(issue.keys[0]!)} is not known`, help);
  const field = issue.path[0];
  if (typeof field !== 'string') throw new UserError(issue.message, help);
  if (issue.code === 'invalid_type' && input[field] === undefined)
    throw new UserError(`${flagOf(field)} is missing`, help);
  const given = input[field];
  const bound = issue.code === 'too_big' || issue.code === 'too_small';
  const typed = bound && typeof given === 'number' ? ` ${given}` : '';
  throw new UserError(`${flagOf(field)}${typed}: ${inWords(issue)}`, help);
}
