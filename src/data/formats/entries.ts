import { UserError } from '../../shared/errors';

/** What a file of named arrays holds under one name. */
export interface ArrayEntry {
  /** As the file's own tools address it: `responses`, `group/responses`, `data.responses`. */
  readonly name: string;
  /** C order. */
  readonly shape: readonly number[];
  /** For messages: `float64`, `text`, `sparse`. */
  readonly type: string;
}

/** Numbers of any stored type as float64, flat in C order. */
export interface NumericArray {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

const LISTED = 12;

/** "responses [480, 12] float64, id [480] text", cut after a dozen. */
export function listEntries(entries: readonly ArrayEntry[]): string {
  if (entries.length === 0) return 'nothing';
  const parts = entries.slice(0, LISTED).map(({ name, shape, type }) => `${name} [${shape.join(', ')}] ${type}`);
  return entries.length > LISTED ? `${parts.join(', ')} and ${entries.length - LISTED} more` : parts.join(', ');
}

/**
 * The entry called `name`, or, without a name, the only one.
 * @throws UserError that lists what the file holds
 */
export function pickEntry<Entry extends ArrayEntry>(
  file: string,
  entries: readonly Entry[],
  name: string | undefined,
): Entry {
  const [only, ...others] = entries;
  if (name === undefined && only !== undefined && others.length === 0) return only;
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const problem =
    name === undefined ? `${file} holds ${entries.length} arrays where one is needed` : `${file} holds no "${name}"`;
  throw new UserError(problem, `Name one of: ${listEntries(entries)}.`);
}

/** How many values a shape holds. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/**
 * Puts values whose first axis varies fastest (MATLAB, NIfTI, Fortran) into C order.
 * @param values flat, of the logical `shape`
 * @returns a new array of the same type
 */
export function toCOrder<Data extends Float64Array | Float32Array | Int32Array>(
  values: Data,
  shape: readonly number[],
): Data {
  const out = values.slice() as Data;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
