import { chosenLayers } from '../../models/layer-choice';
import type { Transformer } from '../../models/transformer';
import type { AnalysisResult } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { count } from '../../shared/words';
import { subjectsOf } from '../alignment/aggregate';
import { alignSource } from '../alignment/compute';
import type { LayerFeatures } from '../alignment/data';
import { foreseeRidge } from '../alignment/ridge';
import { readDataset } from '../alignment/source';
import type { DatasetSource } from '../alignment/source';
import type { AlignmentSpec } from '../alignment/spec';
import type { RunContext } from '../contract';
import { asRecorded, featuresOf } from '../features/features';
import { LONGEST_WINDOW } from '../features/words';
import { windowFeatures } from './features';
import type { WindowFeatures } from './features';
import { KeptScores } from './kept';
import type { LengthScores } from './kept';
import { shareWindows } from './sharing';
import type { SharedWindows } from './sharing';
import { alignmentOf, lengthsOf } from './spec';
import type { ContextLength, ContextSpec } from './spec';
import { contextResult } from './summarise';
import { sameWindows, wordTexts } from './texts';
import type { WordTexts } from './texts';
import { refuseLongWindows, warningsOnce, warnOfSameWindows } from './warnings';

/** Changes where a checkpoint of the same settings would hold other numbers. */
const FORMAT = 1;

/** What the lengths have in common. */
interface Job {
  readonly spec: ContextSpec;
  readonly aligned: AlignmentSpec;
  readonly context: RunContext;
  readonly source: DatasetSource;
  readonly model: Transformer;
  readonly layers: readonly number[];
}

/** What is read and scored: lengths that read the same windows once. */
interface Plan {
  readonly lengths: readonly ContextLength[];
  /** Of every length that was asked for the one of `lengths` that stands for it. */
  readonly stands: readonly ContextLength[];
  /** The lengths in tokens, without `full`. */
  readonly tokens: readonly number[];
  readonly windows: SharedWindows;
}

/**
 * Scores every layer against recordings of words, with features from the last tokens only (definitions, Context): for
 * every length the alignment of `align`, on the same folds, with the same draws.
 * @returns arrays `scores` f64 [lengths, layers, columns]; ridge also `foldScores` [lengths, layers, folds, units]
 * @throws UserError for datasets without words, and all that `align` refuses; Cancelled
 */
export async function* measureContext(spec: ContextSpec, outer: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const context = warningsOnce(outer);
  const job = yield* readJob(spec, context);
  const texts = wordTexts(job.source.dataset, job.model.tokenizer);
  const asked = lengthsOf(spec.lengths);
  const plan = planOf(job, asked, texts);
  warnOfSameWindows(asked, plan.stands, texts, context);
  if (spec.metric === 'ridge') yield await foreseeRidge(foreseen(job));
  yield plannedWindows(plan.windows);
  const { scores, estimatedSeconds } = yield* scoreLengths(job, plan);
  return contextResult({
    lengths: asked,
    scores: plan.stands.map((length) => scores.get(length)!),
    wholeWords: asked.map((length) => wordsWithin(texts, length)),
    words: texts.ends.length,
    windows: plan.windows,
    estimatedSeconds,
  });
}

function planOf({ spec, model }: Job, asked: readonly ContextLength[], texts: WordTexts): Plan {
  const room = (tokens: number): number => tokens - model.tokenizer.encode('').length;
  const { context, steadyTo } = model.description;
  const stands = sameWindows(texts, asked, room(Math.min(context, LONGEST_WINDOW)));
  const lengths = asked.filter((length) => stands.includes(length));
  const tokens = lengths.filter((length) => length !== 'full');
  refuseLongWindows(texts, tokens, room(context));
  return { lengths, stands, tokens, windows: shareWindows(texts, tokens, spec.pooling, steadyTo) };
}

async function* readJob(spec: ContextSpec, context: RunContext): AsyncGenerator<Progress, Job> {
  const aligned = alignmentOf(spec);
  yield { phase: 'Reading the dataset', done: 0, total: 1, unit: 'datasets' };
  const source = await readDataset(aligned, context);
  const { dataset, options } = source;
  if (dataset.granularity === 'sentence') {
    throw new UserError(
      `${dataset.name} has responses to sentences, and context is measured word by word`,
      'Use a dataset of words or a time series (granularity in its manifest).',
    );
  }
  yield { phase: 'Opening the model', done: 0, total: 1, unit: 'model' };
  const model = await context.openModel(spec.model);
  const layers = chosenLayers(options.layers, model.description.layers);
  return { spec, aligned, context, source, model, layers };
}

/** Scores of all lengths; those that an earlier run has kept are not computed again. */
async function* scoreLengths(
  job: Job,
  { lengths, tokens, windows }: Plan,
): AsyncGenerator<
  Progress,
  { readonly scores: ReadonlyMap<ContextLength, LengthScores>; readonly estimatedSeconds: number }
> {
  const { spec, context, model, layers } = job;
  const kept = new KeptScores(await checkpointOf(job));
  const scores = new Map<ContextLength, LengthScores>();
  for (const length of lengths) {
    const known = await kept.read(length);
    if (known !== undefined) scores.set(length, known);
  }
  const missing = tokens.some((length) => !scores.has(length));
  const read = missing ? yield* windowFeatures(windows, { path: spec.model, model, layers, context }) : undefined;
  for (const [l, length] of lengths.entries()) {
    const known = scores.get(length);
    known?.warnings.forEach((message) => context.warn(message));
    if (known !== undefined) continue;
    const features = length === 'full' ? yield* fullFeatures(job) : windowed(job, read!, tokens.indexOf(length));
    const found = yield* scoreLength(job, features, l, lengths.length);
    await kept.write(length, found);
    scores.set(length, found);
  }
  return { scores, estimatedSeconds: read?.estimatedSeconds ?? 0 };
}

function checkpointOf({ spec, context, source, model, layers }: Job): ReturnType<RunContext['checkpoint']> {
  const given = spec.folds?.endsWith('.npy') === true ? [spec.folds] : [];
  const files = [...model.files, ...source.dataset.files.map(({ path }) => path), ...given];
  // Lengths are kept one by one, and files are told apart by their contents.
  const settings = { ...spec, model: undefined, dataset: undefined, lengths: undefined };
  const tokenizer = model.tokenizer.sha256;
  return context.checkpoint(files, { analysis: 'context', format: FORMAT, tokenizer, ...settings, layers });
}

/** The features of `align`, from the same place in the activation cache. */
async function* fullFeatures({ spec, source, context }: Job): AsyncGenerator<Progress, LayerFeatures> {
  const features = yield* featuresOf(source.dataset, spec.model, source.options, context);
  const { model, layers, width } = features;
  return { layers, of: model.description.layers, width, layer: (i) => features.layer(i) };
}

function windowed({ source, model, layers }: Job, read: WindowFeatures, l: number): LayerFeatures {
  const words = { width: model.description.width, layer: (i: number) => read.layer(l, i) };
  const { dataset, options } = source;
  return { layers, of: model.description.layers, ...asRecorded(dataset, words, options.fir) };
}

/** The alignment of one length, its layers counted among those of all lengths. */
async function* scoreLength(
  { aligned, context, source, model }: Job,
  features: LayerFeatures,
  l: number,
  lengths: number,
): AsyncGenerator<Progress, LengthScores> {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
    context.warn(message);
  };
  const { recording, missing } = source;
  const all = { features, recording, missing, model };
  const steps = alignSource(aligned, { ...context, warn }, all, { resamples: true });
  for (;;) {
    const step = await steps.next();
    if (step.done === true) {
      const { fields, arrays } = step.value;
      return { result: { fields, arrays }, warnings };
    }
    const { phase, done, total, unit } = step.value;
    if (phase.startsWith('Memory')) continue;
    yield unit === 'layers'
      ? { phase: `${phase} at every length`, done: l * total + done, total: lengths * total, unit }
      : step.value;
  }
}

/** An alignment of which nothing is computed yet, for its need of memory. */
function foreseen({ aligned, context, source, model, layers }: Job): Parameters<typeof foreseeRidge>[0] {
  const { recording, missing, options } = source;
  const width =
    model.description.width * (source.dataset.granularity === 'timeseries' ? (options.fir?.length ?? 1) : 1);
  const layer = (): Promise<never> => Promise.reject(new Error('the features are not there yet'));
  return {
    spec: aligned,
    context,
    features: { layers, of: model.description.layers, width, layer },
    recording,
    subjects: subjectsOf(recording.targets),
    missing,
    controls: [],
  };
}

function plannedWindows({ sequences, windows, tokens }: SharedWindows): Progress {
  const own = sequences.reduce((sum, { length }) => sum + length, 0);
  const phase = `${count(windows)} windows in ${count(sequences.length)} sequences (${count(own)} tokens instead of ${count(tokens)})`;
  return { phase, done: 0, total: own, unit: 'tokens' };
}

/** Words that have no more than `length` tokens up to their last. */
function wordsWithin({ ends }: WordTexts, length: ContextLength): number {
  return length === 'full' ? ends.length : ends.filter((end) => end <= length).length;
}
