import { z } from 'zod';

/**
 * The dataset manifest (`dataset.yaml`): which files make up a brain dataset and which columns mean what. Pure and
 * without transforms, so that `z.toJSONSchema(manifestSchema, { io: 'input' })` gives editors completion, hover and
 * validation. Paths are relative to the manifest's folder.
 */

const file = z.string().min(1);
const column = z.string().min(1);
const columns = z.array(column).min(1);
const tableLayout = {
  header: z
    .boolean()
    .optional()
    .describe(
      'Whether the first row of the table names its columns (default true). Where it is false, `columns` does.',
    ),
  separator: z
    .enum(['comma', 'tab', 'semicolon', 'whitespace'])
    .optional()
    .describe(
      'What stands between the fields of a text table (default: by the file name; whitespace for .txt and .1D).',
    ),
};

const stimuliSchema = z
  .strictObject({
    file: file.describe('Table of stimuli, one row per sentence or word: .csv, .tsv, .txt, .jsonl or .parquet.'),
    text: column
      .optional()
      .describe('Column of the text shown to people and model (default: text, sentence, stimulus or word).'),
    id: column
      .optional()
      .describe('Column that names each stimulus; joins the responses. Without it, rows go by order.'),
    group: column
      .optional()
      .describe(
        'Column of the passage, story or sentence of each row: rows of one group are held out together by --folds group.',
      ),
    ...tableLayout,
    columns: columns.optional().describe('Names of the columns where the file has no header row (header: false).'),
  })
  .describe('The stimuli: which table, and which of its columns hold text, id and group.');

const responsesSchema = z
  .strictObject({
    file: file
      .optional()
      .describe(
        'Responses: a table (.csv, .tsv, .txt, .jsonl, .parquet), an array (.npy, .npz, .h5, .mat) with rows in stimulus order, a Brain-Score assembly (.nc), NIfTI (.nii.gz, with mask) or GIFTI (.func.gii).',
      ),
    files: z
      .union([file, z.array(file).min(1)])
      .optional()
      .describe(
        'Several files of one layout, in place of file: a list, or a pattern with * for any part of a file name (10mm/s*-timecourses.txt). With subject and run, regular expressions over the file name.',
      ),
    variable: column
      .optional()
      .describe('Name of the array in an .npz, .h5, .mat or .nc file (default: the only fitting one).'),
    mask: file.optional().describe('NIfTI mask: voxels that are neither 0 nor NaN are the units.'),
    id: column.optional().describe("Column with the stimulus' id in each row; without it rows are in stimulus order."),
    columns: columns
      .optional()
      .describe('Wide table: the columns that are units. Also names the units of an array, in order.'),
    summary: columns
      .optional()
      .describe('Units that contain others (a network mean beside its regions): scored, but kept out of aggregates.'),
    unit: column
      .optional()
      .describe('Long table (one value per row): column that names the voxel, electrode or region.'),
    value: column.optional().describe('Long table: column of the response.'),
    subject: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Column of the subject; each subject has units of its own. With files: a regular expression over the file name whose first group is the subject, for example (s\\d+)-.',
      ),
    repetition: column
      .optional()
      .describe(
        'Column of the repetition; responses to repeated presentations of one stimulus are averaged, missing ones left out.',
      ),
    run: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Time series: column of the run. With files: a regular expression over the file name whose first group is the run.',
      ),
    exclude: z
      .array(z.union([z.string(), z.number()]))
      .optional()
      .describe('Subjects (or, without subjects, units) to leave out, by name; the result says so.'),
    scale: z
      .enum(['none', 'zscore', 'zscore-per-run'])
      .optional()
      .describe(
        'Scaling of each unit before anything else: none (default), zscore over all rows, or zscore-per-run (s.d. with ddof 0).',
      ),
    ...tableLayout,
  })
  .describe(
    'The responses: a wide table (columns), a long table (unit and value), an array in stimulus order, or a time series. Repeated presentations are averaged, missing values stay missing and are counted.',
  );

const unitsSchema = z
  .strictObject({
    file: file.describe('Table of units: electrodes, regions or voxels, one row each; BIDS electrodes.tsv fits.'),
    id: column
      .optional()
      .describe('Column that names the unit as the responses do (default: name, unit, neuroid or id).'),
    subject: column.optional().describe('Column of the subject, where units of several subjects share names.'),
    x: column.optional().describe('Column of the x coordinate in millimetres.'),
    y: column.optional().describe('Column of the y coordinate in millimetres.'),
    z: column.optional().describe('Column of the z coordinate in millimetres.'),
    covariates: columns
      .optional()
      .describe('Numeric columns kept per unit (distance_pmhg, latency), for the hierarchy analysis.'),
    labels: columns.optional().describe('Text columns kept per unit (default: all that are nothing else).'),
  })
  .describe('What is known of each unit: position, covariates and labels, joined by id (and subject).');

const ceilingSchema = z
  .strictObject({
    file: file.optional().describe('Table of ceilings, one row per unit.'),
    id: column.optional().describe('Column that names the unit (default: unit, neuroid, name or id).'),
    subject: column.optional().describe('Column of the subject, where units of several subjects share names.'),
    value: z
      .union([column, z.number(), z.record(z.string(), z.number())])
      .describe(
        'Column of the value in file; or, without file, one number for all units, or a number per unit: { lang_LH_IFG: 0.5 }.',
      ),
    kind: z
      .enum(['ceiling', 'reliability'])
      .describe('ceiling: the highest reachable correlation itself. reliability: the ceiling is its square root.'),
    correct: z
      .enum(['none', 'spearman-brown'])
      .optional()
      .describe('spearman-brown: the values are correlations of two halves of the data, and become 2r/(1 + r) first.'),
  })
  .describe('The noise ceiling of each unit. A unit without one is left out of the normalised aggregate, and counted.');

const wordsSchema = z
  .strictObject({
    file: z
      .union([file, z.array(file).min(1)])
      .optional()
      .describe('Words in order: a table or a Praat .TextGrid, or one per run (default: the file of the stimuli).'),
    word: column
      .optional()
      .describe('Column of the word (default: word; text of the stimuli where they are the words).'),
    onset: column.optional().describe('Column of the onset in seconds.'),
    offset: column.optional().describe('Column of the end in seconds.'),
    duration: column
      .optional()
      .describe(
        'Column of the duration in seconds, instead of offset. BIDS events.tsv needs neither: it has its names.',
      ),
    run: column.optional().describe('Column of the run, story or sentence: words of one run are one text.'),
    context: column
      .optional()
      .describe('Column of the text before each word, where rows are out of order or words are missing in the table.'),
    tier: column.optional().describe('Name of the word tier of a TextGrid (default: word or words, or the only one).'),
    ...tableLayout,
  })
  .describe('The words that were read or heard, with their times where the recording goes on in time.');

const timingSchema = z
  .strictObject({
    tr: z.number().positive().optional().describe('Seconds from one scan to the next (repetition time).'),
    scans: z.int().positive().optional().describe('Scans of each run, to check the files against.'),
    start: z
      .number()
      .optional()
      .describe(
        'Time of the first row of the responses on the clock of the words, in seconds (default 0): 20 where ten volumes of 2 s were dropped.',
      ),
    delays: z.array(z.int().min(0)).min(1).optional().describe('FIR delays in scans (default 1, 2, 3, 4).'),
    rate: z.number().positive().optional().describe('Samples per second of a continuous recording (iEEG, MEG).'),
    window: z
      .tuple([z.number(), z.number()])
      .optional()
      .describe("Seconds after each word's onset over which a continuous recording is averaged: [0.0, 0.5]."),
  })
  .describe('How rows of the responses lie in time: tr for scans, or rate and window for continuous recordings.');

const nuisanceSchema = z
  .strictObject({
    file: file
      .optional()
      .describe('Table or array of low-level predictors, one row per stimulus, word or scan (default: the stimuli).'),
    files: z.array(file).min(1).optional().describe('Several such files whose columns stand side by side.'),
    id: column
      .optional()
      .describe('Column with the id of the stimulus; without it rows are in the order of the responses.'),
    columns: columns.describe('Names of the predictors: word length, log frequency, word rate, sound power.'),
    ...tableLayout,
  })
  .describe('Low-level predictors, fitted as a band of their own, so that the model is credited with what it adds.');

const lagsSchema = z
  .strictObject({
    start: z.number().describe('First lag after the word onset; negative is before.'),
    step: z.number().positive().describe('From one lag to the next.'),
    unit: z.enum(['s', 'ms']).optional().describe('Unit of start and step: s (default) or ms.'),
  })
  .describe('Third axis of word-locked responses [rows, units, lags].');

export const manifestSchema = z
  .strictObject({
    name: z.string().min(1).describe('Name of the dataset, as figures and reports show it.'),
    cite: z.string().optional().describe('What to cite.'),
    simulated: z.boolean().optional().describe('true where the responses were made up; every figure then says so.'),
    stimuli: stimuliSchema.optional(),
    responses: responsesSchema,
    units: unitsSchema.optional(),
    ceiling: ceilingSchema.optional(),
    lags: lagsSchema.optional(),
    granularity: z
      .enum(['sentence', 'word', 'timeseries'])
      .optional()
      .describe(
        'What a row of the responses is: a sentence (default), a word in its context, or a scan of a time series.',
      ),
    words: wordsSchema.optional(),
    timing: timingSchema.optional(),
    nuisance: nuisanceSchema.optional(),
    surface: file.optional().describe('Cortical surface to draw units on: GIFTI .surf.gii.'),
  })
  .describe('Brainlens dataset manifest: brain or behavioural responses to language, and what they are responses to.');

/** A manifest as written; see `manifestProblems` for what the schema alone cannot say. */
export type Manifest = z.output<typeof manifestSchema>;

export interface ManifestProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What is wrong with parts that are each well formed: settings that exclude or need each other.
 * @param manifest passed the schema
 */
export function manifestProblems(manifest: Manifest): ManifestProblem[] {
  const { responses, stimuli, timing, words, granularity, ceiling, nuisance } = manifest;
  const problems: ManifestProblem[] = [];
  const add = (wrong: boolean, path: readonly (string | number)[], message: string): void => {
    if (wrong) problems.push({ path, message });
  };
  const { file: one, files: many, unit, value, columns: wide } = responses;
  add((one === undefined) === (many === undefined), ['responses'], 'give either file or files');
  add((unit === undefined) !== (value === undefined), ['responses'], 'a long table needs both unit and value');
  add(
    unit !== undefined && wide !== undefined,
    ['responses', 'columns'],
    'a long table has unit and value, a wide one columns',
  );
  add(
    unit === undefined && responses.header === false && wide === undefined,
    ['responses', 'header'],
    'without a header, columns must name the columns',
  );
  add(granularity === 'timeseries' && timing?.tr === undefined, ['timing'], 'a time series needs tr');
  add(
    granularity === 'timeseries' && words === undefined,
    ['words'],
    'a time series needs words with onset and offset',
  );
  add(
    granularity === 'sentence' && timing !== undefined,
    ['timing'],
    'sentences have no timing: set granularity to word or timeseries',
  );
  add((timing?.rate === undefined) !== (timing?.window === undefined), ['timing'], 'rate and window go together');
  add(
    timing?.tr !== undefined && timing.rate !== undefined,
    ['timing'],
    'give tr (scans) or rate (continuous recording), not both',
  );
  add(
    words !== undefined && words.file === undefined && stimuli === undefined,
    ['words'],
    'name the file of the words',
  );
  add(
    ceiling !== undefined && (typeof ceiling.value === 'string') !== (ceiling.file !== undefined),
    ['ceiling', 'value'],
    'with file, value names a column; without, it is a number or a number per unit',
  );
  add(nuisance?.file !== undefined && nuisance.files !== undefined, ['nuisance'], 'give either file or files');
  return problems;
}

/** What a row of the responses is: as the manifest says, else by its parts. */
export function granularityOf(manifest: Manifest): 'sentence' | 'word' | 'timeseries' {
  if (manifest.granularity !== undefined) return manifest.granularity;
  if (manifest.timing?.tr !== undefined) return 'timeseries';
  return manifest.words === undefined && manifest.timing === undefined ? 'sentence' : 'word';
}

/** Of `known`, the word nearest to a misspelt one, where it differs by at most two letters or a third of it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.candidate : undefined;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substituted, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The keys that may stand at a path of the manifest, for suggestions; empty where any may, or none. */
export function manifestKeys(path: readonly (string | number)[]): readonly string[] {
  if (path.length === 0) return Object.keys(manifestSchema.shape);
  const part = manifestSchema.shape[path[0] as keyof typeof manifestSchema.shape] as z.ZodType | undefined;
  const inner = part instanceof z.ZodOptional ? part.unwrap() : part;
  return path.length === 1 && inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
