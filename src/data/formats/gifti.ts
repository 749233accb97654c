import { UserError } from '../../shared/errors';
import { readBytes } from '../files';
import { decodeText } from '../text';
import { decodeArray, parseArrays, type GiftiArray } from './gifti-xml';

/** Data on the vertices of a surface (`.func.gii`, `.shape.gii`). */
export interface VertexSeries {
  /** [time, vertices]. GIFTI has no reliable repetition time: the manifest gives it. */
  readonly data: Float32Array;
  readonly shape: readonly [time: number, vertices: number];
}

/** A triangle mesh (`.surf.gii`). */
export interface Surface {
  /** [vertices, 3], millimetres. */
  readonly vertices: Float32Array;
  /** [faces, 3], indices of vertices. */
  readonly faces: Int32Array;
}

const POINTS = 'NIFTI_INTENT_POINTSET';
const TRIANGLES = 'NIFTI_INTENT_TRIANGLE';

/**
 * Reads functional data: one array per time point, or one array [vertices, time].
 * @throws UserError for a surface, other files, external data, and damaged data
 */
export async function readGiftiSeries(file: string): Promise<VertexSeries> {
  const arrays = await readArrays(file);
  if (arrays.some(({ intent }) => intent === POINTS || intent === TRIANGLES)) {
    throw new UserError(`${file} is a surface, not data`, 'Name the .func.gii file with the time series.');
  }
  const [first] = arrays;
  if (first === undefined) throw new UserError(`${file} holds no data`, 'Name a .func.gii file.');
  const [vertices = 0, columns = 1] = first.shape;
  if (arrays.length === 1 && columns > 1) {
    return { data: transposed(await decodeArray(file, first), vertices, columns), shape: [columns, vertices] };
  }
  const data = new Float32Array(arrays.length * vertices);
  for (const [t, array] of arrays.entries()) {
    const values = await decodeArray(file, array);
    if (values.length !== vertices) {
      throw new UserError(
        `${file}: time point ${t + 1} has ${values.length} values, the first ${vertices}`,
        'Write one array per time point, all of the same surface.',
      );
    }
    data.set(values, t * vertices);
  }
  return { data, shape: [arrays.length, vertices] };
}

/** Reads a surface. @throws UserError for functional data, other files, damaged data and faces without vertices */
export async function readGiftiSurface(file: string): Promise<Surface> {
  const arrays = await readArrays(file);
  const vertices = Float32Array.from(await triples(file, arrays, POINTS));
  const faces = Int32Array.from(await triples(file, arrays, TRIANGLES));
  const count = vertices.length / 3;
  const stray = faces.find((vertex) => vertex < 0 || vertex >= count);
  if (stray !== undefined) {
    throw new UserError(`${file}: a face names vertex ${stray} of ${count}`, 'The surface is damaged: save it again.');
  }
  return { vertices, faces };
}

async function triples(file: string, arrays: readonly GiftiArray[], intent: string): Promise<Float64Array> {
  const array = arrays.find((candidate) => candidate.intent === intent);
  if (array === undefined) {
    throw new UserError(`${file} is no surface: it has no ${intent} array`, 'Name a .surf.gii file.');
  }
  if (array.shape.length !== 2 || array.shape[1] !== 3) {
    throw new UserError(
      `${file}: its ${intent} array has the shape [${array.shape.join(', ')}]`,
      'A surface has three columns.',
    );
  }
  return await decodeArray(file, array);
}

async function readArrays(file: string): Promise<GiftiArray[]> {
  return await parseArrays(decodeText(await readBytes(file), file), file);
}

function transposed(values: Float64Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  }
  return out;
}
