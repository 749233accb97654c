import type { BrainDataset } from '../../data/brain/dataset';
import { loadDataset } from '../../data/brain/load';
import { firDelays } from '../../math/timeseries/fir';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { Transformer } from '../../models/transformer';
import type { RunContext } from '../contract';
import { featuresOf } from '../features/features';
import type { FeatureOptions } from '../features/features';
import { layersOf } from '../activations/spec';
import { readArrays } from './arrays';
import { recordingOf } from './data';
import type { LayerFeatures, Recording } from './data';
import type { AlignmentSpec } from './spec';
import { checkResponses } from './warnings';

/** Features and responses, row by row of the same stimuli. */
export interface Source {
  readonly features: LayerFeatures;
  readonly recording: Recording;
  /** Missing values among the responses. */
  readonly missing: number;
  /** Absent for bare arrays. */
  readonly model?: Transformer;
  /** Whose contents the numbers come from. */
  readonly files: readonly string[];
}

/** Reads what is aligned with what. @throws UserError for files, model or rows that do not go together; Cancelled */
export async function* readSource(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, Source> {
  if (spec.features !== undefined) {
    const arrays = await readArrays(spec.features, spec.responses!, context);
    const files = [spec.features, spec.responses!];
    return { ...arrays, files, missing: checkResponses(arrays.recording, context) };
  }
  return yield* fromDataset(spec, context);
}

async function* fromDataset(spec: AlignmentSpec, context: RunContext): AsyncGenerator<Progress, Source> {
  yield { phase: 'Reading the dataset', done: 0, total: 1, unit: 'datasets' };
  const { dataset, options, recording, missing } = await readDataset(spec, context);
  const features = yield* featuresOf(dataset, spec.model!, options, context);
  const { model, layers, width } = features;
  return {
    features: { layers, of: model.description.layers, width, layer: (i) => features.layer(i) },
    recording,
    missing,
    model,
    files: [...model.files, ...dataset.files.map(({ path }) => path)],
  };
}

/** A dataset as it is aligned, without the features. */
export interface DatasetSource {
  readonly dataset: BrainDataset;
  /** How its features are made. */
  readonly options: FeatureOptions;
  readonly recording: Recording;
  readonly missing: number;
}

/** Reads the dataset of an alignment. @throws UserError for files or settings that do not go together */
export async function readDataset(spec: AlignmentSpec, context: RunContext): Promise<DatasetSource> {
  const dataset = await loadDataset(spec.dataset!);
  for (const { path, role } of dataset.files) context.recordInput(path, role);
  if (dataset.simulated) {
    context.warn('The responses are simulated from a model: they say nothing about any brain.');
  }
  for (const warning of dataset.warnings) context.warn(warning);
  if (dataset.lags !== undefined && dataset.lags.count > 1) {
    context.warn(
      `Each of ${dataset.lags.count} lags of a unit is scored as a unit of its own, and aggregates are over all of them.`,
    );
  }
  const words = dataset.granularity !== 'sentence';
  if (words && spec.pooling === 'sum') {
    throw new UserError(
      '--pooling sum: features of a word are those of its last token, or the mean',
      'Use last or mean.',
    );
  }
  if (words && spec.maxTokens !== undefined) {
    throw new UserError('--max-tokens cuts sentences, and this dataset has words', 'Leave it out.');
  }
  const fir = dataset.granularity === 'timeseries' ? dataset.timing?.delays : undefined;
  const { nuisance, ...rest } = recordingOf(dataset);
  const own = nuisance !== undefined && spec.nuisance === 'manifest' ? { nuisance } : {};
  return {
    dataset,
    options: {
      ...(words ? { wordPooling: spec.pooling === 'mean' ? 'mean' : 'last' } : { pooling: spec.pooling }),
      ...(spec.maxTokens !== undefined && { maxTokens: spec.maxTokens }),
      ...(spec.layers !== undefined && { layers: layersOf(spec.layers) }),
      ...(fir !== undefined && fir.length > 0 && { fir }),
    },
    recording: withDelays({ ...rest, ...own }, fir),
    missing: dataset.counts.missing,
  };
}

/** Nuisance of a time series is delayed as the features are, so that it can explain as much. */
function withDelays(recording: Recording, fir: readonly number[] | undefined): Recording {
  const { nuisance, runs } = recording;
  if (nuisance === undefined || fir === undefined || fir.length === 0) return recording;
  const width = nuisance.columns.length;
  const delayed = firDelays(Float32Array.from(nuisance.data), width, runs, fir);
  const columns = fir.flatMap((delay) => nuisance.columns.map((column) => `${column} −${delay}`));
  return { ...recording, nuisance: { columns, data: Float64Array.from(delayed) } };
}
