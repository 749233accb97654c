import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { isMissing, numericColumn } from '../formats/numeric';
import type { Table } from '../tables';
import type { BrainUnit } from './dataset';
import { columnOr, readLayout, requireColumn, textColumn } from './layout';
import { countedNames, fileOf, firstFive } from './reading';
import type { Reading } from './reading';
import { keyOf } from './response-matrix';
import type { ResponseMatrix, UnitName } from './response-matrix';

/** Usual names of the column that names units. */
export const UNIT_COLUMNS = ['name', 'unit', 'neuroid', 'neuroid_id', 'id', 'electrode', 'region'];
/** Where a table names a unit for all subjects. */
const ANY = '*';

/** "lang_LH_IFG", or "s18 LATL" where there are subjects. */
export function unitLabel({ id, subject }: UnitName): string {
  return subject === '' ? id : `${subject} ${id}`;
}

/**
 * The units of the responses with what the manifest's tables know of them; ceilings stay NaN here.
 * @throws UserError where no unit is found in the table (first five of each side), and for text in numeric columns
 */
export async function describeUnits(
  reading: Reading,
  manifest: Manifest,
  matrix: ResponseMatrix,
): Promise<BrainUnit[]> {
  const summary = summaryOf(manifest, matrix);
  const bare = matrix.units.map((unit): BrainUnit => {
    const facts = matrix.facts.get(keyOf(unit.subject, unit.id));
    return { ...unit, summary: summary.has(unit.id), covariates: {}, labels: {}, ...facts, ceiling: NaN };
  });
  return manifest.units === undefined ? bare : await joinTable(reading, manifest.units, bare);
}

function summaryOf({ responses: { summary = [] } }: Manifest, matrix: ResponseMatrix): Set<string> {
  const known = new Set(matrix.units.map(({ id }) => id));
  const unknown = summary.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UserError(
      `responses.summary: ${unknown.join(', ')} is no unit of the responses`,
      `Units are: ${firstFive([...known])}.`,
    );
  }
  return new Set(summary);
}

/** A table's rows by unit (and subject). @throws UserError for units that occur twice */
export function rowsOfUnits(
  table: Table,
  names: { readonly id?: string | undefined; readonly subject?: string | undefined },
  what: string,
): (unit: UnitName) => number | undefined {
  const id = columnOr(table, names.id, UNIT_COLUMNS);
  if (id === undefined) {
    throw new UserError(
      `${table.file} has no column called ${UNIT_COLUMNS.slice(0, 5).join(', ')}`,
      `Name the column of the units with ${what}.id; there are: ${table.columns.join(', ')}.`,
    );
  }
  const subjects = names.subject === undefined ? undefined : textColumn(table, names.subject);
  const rows = new Map<string, number>();
  textColumn(table, id).forEach((name, row) => {
    const key = keyOf(subjects?.[row] ?? ANY, name);
    if (rows.has(key)) {
      const label = unitLabel({ id: name, subject: subjects?.[row] ?? '' });
      throw new UserError(
        `${table.file}, ${table.place(row)}: unit ${label} occurs twice`,
        subjects === undefined ? `Name the column of the subjects with ${what}.subject.` : 'Remove one.',
      );
    }
    rows.set(key, row);
  });
  return (unit) => rows.get(keyOf(subjects === undefined ? ANY : unit.subject, unit.id));
}

async function joinTable(
  reading: Reading,
  manifest: NonNullable<Manifest['units']>,
  units: readonly BrainUnit[],
): Promise<BrainUnit[]> {
  const table = await readLayout(fileOf(reading, manifest.file, 'units'));
  const named = nameByOrder(table, manifest, units);
  const rowOf = rowsOfUnits(table, manifest, 'units');
  const lonely = named.filter((unit) => rowOf(unit) === undefined).map(unitLabel);
  if (lonely.length === named.length) {
    const id = columnOr(table, manifest.id, UNIT_COLUMNS)!;
    throw new UserError(
      `No unit of the responses (${firstFive(lonely)}) is in ${table.file} (${firstFive(textColumn(table, id))})`,
      'Check units.id and units.subject.',
    );
  }
  if (lonely.length > 0)
    reading.warnings.push(`${countedNames(lonely, 'unit')} not in ${table.file}: without position and covariates.`);
  const axes = [manifest.x, manifest.y, manifest.z].map(
    (column) => column && numericColumn(table, requireColumn(table, column)),
  );
  const covariates = (manifest.covariates ?? []).map(
    (column) => [requireColumn(table, column), numericColumn(table, column)] as const,
  );
  const labels = labelColumns(table, manifest);
  return named.map((unit) => {
    const row = rowOf(unit);
    const position = axes.map((axis) => (axis && row !== undefined ? axis[row]! : NaN));
    return {
      ...unit,
      ...(position.every(Number.isFinite) && { position: [position[0]!, position[1]!, position[2]!] as const }),
      covariates: {
        ...unit.covariates,
        ...Object.fromEntries(covariates.map(([name, values]) => [name, row === undefined ? NaN : values[row]!])),
      },
      labels: {
        ...unit.labels,
        ...(row !== undefined && Object.fromEntries(labels.flatMap((name) => labelOf(table, row, name)))),
      },
    };
  });
}

/** Units of a bare array have numbers for names: a table of as many rows names them in its order. */
function nameByOrder(
  table: Table,
  manifest: NonNullable<Manifest['units']>,
  units: readonly BrainUnit[],
): readonly BrainUnit[] {
  const numbered = units.every(({ id }, i) => id === String(i));
  const id = columnOr(table, manifest.id, UNIT_COLUMNS);
  if (!numbered || id === undefined || table.length !== units.length) return units;
  const names = textColumn(table, id);
  const subjects = manifest.subject === undefined ? undefined : textColumn(table, manifest.subject);
  return units.map((unit, i) => ({ ...unit, id: names[i]!, subject: subjects?.[i] ?? unit.subject }));
}

function labelColumns(
  table: Table,
  { id, subject, x, y, z, covariates = [], labels }: NonNullable<Manifest['units']>,
): string[] {
  if (labels !== undefined) return labels.map((column) => requireColumn(table, column));
  const taken = new Set([columnOr(table, id, UNIT_COLUMNS), subject, x, y, z, ...covariates]);
  return table.columns.filter((column) => !taken.has(column) && !isNumeric(table, column));
}

function isNumeric(table: Table, column: string): boolean {
  return Array.from({ length: table.length }, (_, row) => table.value(row, column)).every(
    (value) => isMissing(value) || Number.isFinite(Number(value)),
  );
}

function labelOf(table: Table, row: number, column: string): [string, string][] {
  const value = table.value(row, column);
  return isMissing(value) ? [] : [[column, String(value as string | number).trim()]];
}
