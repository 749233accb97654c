import { columnOr, readLayout, requireColumn, textColumn } from '../../data/brain/layout';
import type { UnitName } from '../../data/brain/response-matrix';
import { UNIT_COLUMNS } from '../../data/brain/units';
import { numericColumn } from '../../data/formats/numeric';
import type { Table } from '../../data/tables';
import { UserError } from '../../shared/errors';
import { keyOf, labelOf } from './units';
import type { ScoredUnit } from './units';

const AXES = ['x', 'y', 'z'];
const SUBJECT = 'subject';
/** A covariate that is estimated from the scores themselves. */
const PEAK_LAG = 'peak-lag';

/**
 * A covariate of every unit as an alignment stored it: a column of the manifest's `units.covariates`, a coordinate, or
 * `peak-lag`, the lag of the unit's highest score.
 * @returns f64 [units], NaN where a unit has none
 * @throws UserError that names the covariates that there are
 */
export function storedCovariate(units: readonly ScoredUnit[], name: string, folder: string): Float64Array {
  const columns = columnsOf(units);
  if (columns.has(name)) return Float64Array.from(units, ({ covariates }) => numberOf(covariates[name]));
  const axis = AXES.indexOf(name);
  const placed = units.some(({ position }) => position !== undefined);
  if (axis >= 0 && placed) return Float64Array.from(units, ({ position }) => position?.[axis] ?? NaN);
  const timed = units.some(({ lag }) => lag !== undefined);
  if (name === PEAK_LAG && timed) return Float64Array.from(units, ({ lag }) => lag ?? NaN);
  const known = [...columns, ...(placed ? AXES : []), ...(timed ? [PEAK_LAG] : [])];
  throw new UserError(
    `The units of ${folder} have no covariate ${name}; there ${known.length === 0 ? 'is none' : `are: ${known.join(', ')}`}`,
    'Add the column to units.covariates of the manifest and align again, or give its table with --table.',
  );
}

/**
 * A covariate of every unit from a table of units: by their names, and by subject where the table has that column.
 * @returns f64 [units], NaN where a unit is not in the table or has no number there
 * @throws UserError for a table without such a column, with a unit twice, or none of whose rows is a unit
 */
export async function tableCovariate(units: readonly ScoredUnit[], name: string, file: string): Promise<Float64Array> {
  const table = await readLayout(file);
  const values = numericColumn(table, requireColumn(table, name));
  const rowOf = rowsByUnit(table);
  const rows = units.map(rowOf);
  if (rows.every((row) => row === undefined)) {
    throw new UserError(
      `No unit of the alignments (${units.slice(0, 5).map(labelOf).join(', ')}) is in ${file}`,
      'Check its columns name and subject.',
    );
  }
  return Float64Array.from(rows, (row) => (row === undefined ? NaN : values[row]!));
}

/**
 * Where units lie by such a table's columns x, y and z, for maps.
 * @returns one per unit; undefined where the table has no such columns, or the unit no number in one of them
 */
export async function tablePositions(
  units: readonly ScoredUnit[],
  file: string,
): Promise<readonly ScoredUnit['position'][]> {
  const table = await readLayout(file);
  if (!AXES.every((axis) => table.columns.includes(axis))) return units.map(() => undefined);
  const [x, y, z] = AXES.map((axis) => numericColumn(table, axis));
  const rowOf = rowsByUnit(table);
  return units.map((unit) => {
    const row = rowOf(unit);
    if (row === undefined) return undefined;
    const place = [x![row]!, y![row]!, z![row]!] as const;
    return place.every(Number.isFinite) ? place : undefined;
  });
}

function rowsByUnit(table: Table): (unit: UnitName) => number | undefined {
  const id = columnOr(table, undefined, UNIT_COLUMNS);
  if (id === undefined) {
    throw new UserError(
      `${table.file} has no column called ${UNIT_COLUMNS.join(', ')}`,
      'Call the column of the units name.',
    );
  }
  const bySubject = table.columns.includes(SUBJECT);
  const subjects = bySubject ? textColumn(table, SUBJECT) : undefined;
  const rows = new Map<string, number>();
  textColumn(table, id).forEach((unit, row) => {
    const key = keyOf({ id: unit, subject: subjects?.[row] ?? '' });
    if (rows.has(key)) {
      throw new UserError(
        `${table.file}, ${table.place(row)}: unit ${labelOf({ id: unit, subject: subjects?.[row] ?? '' })} occurs twice`,
        bySubject ? 'Remove one.' : 'Add a column subject, or remove one.',
      );
    }
    rows.set(key, row);
  });
  return ({ id: unit, subject }) => rows.get(keyOf({ id: unit, subject: bySubject ? subject : '' }));
}

/** Names of the numbers; a name that ends in `Reason` beside a missing number says why it is missing. */
function columnsOf(units: readonly ScoredUnit[]): Set<string> {
  const names = new Set<string>();
  for (const { covariates } of units) {
    for (const [name, value] of Object.entries(covariates)) if (typeof value !== 'string') names.add(name);
  }
  return names;
}

function numberOf(value: number | string | null | undefined): number {
  return typeof value === 'number' ? value : NaN;
}
