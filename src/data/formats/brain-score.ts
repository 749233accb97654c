import { UserError } from '../../shared/errors';
import { listEntries } from './entries';
import { withHdf5, type Hdf5Dataset, type Hdf5File } from './hdf5';

/** One value per presentation, neuroid or time bin: text as it stands, numbers as float64. */
export type Coordinate = readonly string[] | Float64Array;

/** Which coordinate holds what, by the names that published assemblies use; absent where none does. */
export interface RecognisedCoordinates {
  /** Of `presentation`: */
  readonly stimulusId?: string;
  readonly text?: string;
  /** Passage, story or experiment: rows that are held out together. */
  readonly group?: string;
  readonly repetition?: string;
  /** Of `neuroid`: */
  readonly unitId?: string;
  readonly subject?: string;
  readonly region?: string;
}

/** A Brain-Score assembly: responses with named coordinates along each dimension. */
export interface BrainScoreAssembly {
  readonly file: string;
  /** The variable that holds the responses. */
  readonly variable: string;
  readonly presentations: number;
  readonly neuroids: number;
  /** Number of time bins where the responses have a third dimension. */
  readonly timeBins?: number;
  /** f64 [presentation, neuroid], or [presentation, neuroid, time bin]; NaN = missing. */
  readonly responses: Float64Array;
  /** By dimension, then by name; `time` is the third dimension, whatever its name. */
  readonly coordinates: {
    readonly presentation: Readonly<Record<string, Coordinate>>;
    readonly neuroid: Readonly<Record<string, Coordinate>>;
    readonly time: Readonly<Record<string, Coordinate>>;
  };
  readonly recognised: RecognisedCoordinates;
}

type Role = keyof RecognisedCoordinates;

/** Names in order of preference, as brainio's and brainscore_language's assemblies have them. */
const PRESENTATION_NAMES: Readonly<Partial<Record<Role, readonly string[]>>> = {
  stimulusId: ['stimulus_id', 'image_id', 'stimulus_num', 'item_id'],
  text: ['stimulus', 'sentence', 'text', 'word'],
  group: ['passage_id', 'passage_label', 'passage', 'passage_index', 'story', 'story_id', 'experiment'],
  repetition: ['repetition', 'rep', 'repeat'],
};
const NEUROID_NAMES: Readonly<Partial<Record<Role, readonly string[]>>> = {
  unitId: ['neuroid_id', 'neuroid', 'voxel_id', 'voxel_num', 'electrode'],
  subject: ['subject', 'subject_id', 'subject_UID', 'subject_nr'],
  region: ['region', 'roi', 'atlas_region', 'electrode_region', 'atlas'],
};

/** NetCDF's way to write text of fixed length: single characters along a dimension of this name. */
const CHARACTERS = /^string\d+$/;

/**
 * Reads an assembly as xarray writes it to NetCDF-4: a two- or three-dimensional variable over `presentation` and
 * `neuroid` (any stored order) and one-dimensional coordinates.
 * @param variable needed only where several variables have these dimensions
 * @throws UserError for another layout, with what is inside
 */
export async function brainScoreAssembly(file: string, variable?: string): Promise<BrainScoreAssembly> {
  return await withHdf5(file, (open) => assemble(open, pickResponses(open, variable)));
}

function pickResponses({ file, entries }: Hdf5File, variable: string | undefined): Hdf5Dataset {
  const candidates = entries.filter(isAssembly);
  const wanted = variable === undefined ? candidates : candidates.filter(({ name }) => name === variable);
  const [only, ...others] = wanted;
  if (only !== undefined && others.length === 0) return only;
  if (others.length > 0) {
    throw new UserError(
      `${file} holds ${wanted.length} variables over presentation and neuroid`,
      `Name one of: ${listEntries(wanted)}.`,
    );
  }
  const what = variable === undefined ? 'no numeric variable' : `"${variable}" is no numeric variable`;
  throw new UserError(
    `${file} is no Brain-Score assembly: ${what} with the dimensions presentation and neuroid; it holds ${listEntries(entries)}`,
    'Describe the file in a manifest, with the name of the dataset that holds the responses.',
  );
}

function isAssembly({ kind, dimensions }: Hdf5Dataset): boolean {
  return (
    kind === 'number' &&
    (dimensions.length === 2 || dimensions.length === 3) &&
    dimensions.includes('presentation') &&
    dimensions.includes('neuroid')
  );
}

function assemble(open: Hdf5File, responses: Hdf5Dataset): BrainScoreAssembly {
  const { dimensions, shape, name } = responses;
  const presentation = dimensions.indexOf('presentation');
  const neuroid = dimensions.indexOf('neuroid');
  const time = dimensions.findIndex((_, axis) => axis !== presentation && axis !== neuroid);
  const order = time < 0 ? [presentation, neuroid] : [presentation, neuroid, time];
  const along = (axis: number): Record<string, Coordinate> =>
    coordinatesAlong(open, responses.name, dimensions[axis], shape[axis]!);
  const coordinates = {
    presentation: along(presentation),
    neuroid: along(neuroid),
    time: time < 0 ? {} : along(time),
  };
  return {
    file: open.file,
    variable: name,
    presentations: shape[presentation]!,
    neuroids: shape[neuroid]!,
    ...(time < 0 ? {} : { timeBins: shape[time]! }),
    responses: permuted(open.numbers(name).data, shape, order),
    coordinates,
    recognised: {
      ...recognise(coordinates.presentation, PRESENTATION_NAMES),
      ...recognise(coordinates.neuroid, NEUROID_NAMES),
    },
  };
}

function coordinatesAlong(
  open: Hdf5File,
  responses: string,
  dimension: string | undefined,
  length: number,
): Record<string, Coordinate> {
  const coordinates: Record<string, Coordinate> = {};
  if (dimension === undefined) return coordinates;
  for (const entry of open.entries) {
    if (entry.name === responses || entry.dimensions[0] !== dimension || entry.shape[0] !== length) continue;
    const [, second] = entry.dimensions;
    if (entry.dimensions.length === 1 && entry.kind === 'number') {
      coordinates[entry.name] = open.numbers(entry.name).data;
    } else if (entry.dimensions.length === 1 && entry.kind === 'text') {
      coordinates[entry.name] = open.texts(entry.name);
    } else if (entry.dimensions.length === 2 && entry.kind === 'text' && CHARACTERS.test(second ?? '')) {
      coordinates[entry.name] = joinCharacters(open.texts(entry.name), length);
    }
  }
  return coordinates;
}

function joinCharacters(characters: readonly string[], rows: number): string[] {
  const width = characters.length / rows;
  return Array.from({ length: rows }, (_, row) => characters.slice(row * width, (row + 1) * width).join(''));
}

function recognise(
  coordinates: Readonly<Record<string, Coordinate>>,
  names: Readonly<Partial<Record<Role, readonly string[]>>>,
): RecognisedCoordinates {
  const found = Object.entries(names).map(([role, candidates]) => [
    role,
    candidates.find((name) => name in coordinates && (role !== 'text' || Array.isArray(coordinates[name]))),
  ]);
  return Object.fromEntries(found.filter(([, name]) => name !== undefined)) as RecognisedCoordinates;
}

/** Copies C-order `data` with its axes in another `order`, as `numpy.transpose` does. */
function permuted(data: Float64Array, shape: readonly number[], order: readonly number[]): Float64Array {
  if (order.every((axis, i) => axis === i)) return data;
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  const sizes = order.map((axis) => shape[axis]!);
  const steps = order.map((axis) => strides[axis]!);
  const [rows, columns, depth = 1] = sizes as [number, number, number?];
  const [rowStep, columnStep, depthStep = 0] = steps as [number, number, number?];
  const out = new Float64Array(data.length);
  let to = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < depth; k++) out[to++] = data[i * rowStep + j * columnStep + k * depthStep]!;
    }
  }
  return out;
}
