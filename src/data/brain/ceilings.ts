import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { numericColumn } from '../formats/numeric';
import type { BrainUnit } from './dataset';
import { readLayout, requireColumn } from './layout';
import { countedNames, fileOf, firstFive } from './reading';
import type { Reading } from './reading';
import { rowsOfUnits, unitLabel } from './units';

type Ceiling = NonNullable<Manifest['ceiling']>;

/**
 * Highest reachable correlation from what a manifest gives: a ceiling stays, a reliability becomes its square root
 * (Spearman 1904); a split-half correlation r is first taken to the full length of the data, 2r/(1 + r)
 * (Spearman–Brown). Nothing can be reached where it is not positive: NaN.
 */
export function ceilingOf(value: number, kind: Ceiling['kind'], correct: Ceiling['correct']): number {
  const full = correct === 'spearman-brown' ? (2 * value) / (1 + value) : value;
  if (!(full > 0)) return NaN;
  return kind === 'reliability' ? Math.sqrt(full) : full;
}

/**
 * Units with their ceilings. Units without one keep NaN and are named in a warning, as are those above 1 or not positive.
 * @throws UserError where no unit has one
 */
export async function addCeilings(
  reading: Reading,
  ceiling: Ceiling | undefined,
  units: readonly BrainUnit[],
): Promise<BrainUnit[]> {
  if (ceiling === undefined) return [...units];
  const given = await givenValues(reading, ceiling, units);
  const missing = units.filter((_, i) => Number.isNaN(given[i]!));
  if (missing.length === units.length) {
    throw new UserError(
      `No unit of the responses (${firstFive(units.map(unitLabel))}) has a ceiling`,
      'Check ceiling.id and ceiling.value.',
    );
  }
  const above = units.filter((_, i) => given[i]! > 1);
  if (above.length > 0) {
    throw new UserError(
      `Ceilings above 1: ${firstFive(above.map(unitLabel))}`,
      'Give correlations, not percentages or explained variance in other units.',
    );
  }
  const values = given.map((value) => ceilingOf(value, ceiling.kind, ceiling.correct));
  const hopeless = units.filter((_, i) => !Number.isNaN(given[i]!) && Number.isNaN(values[i]!));
  if (missing.length > 0) warn(reading, missing, 'without a ceiling');
  if (hopeless.length > 0) warn(reading, hopeless, 'whose ceiling is not positive');
  return units.map((unit, i) => ({ ...unit, ceiling: values[i]! }));
}

function warn(reading: Reading, units: readonly BrainUnit[], why: string): void {
  reading.warnings.push(`${countedNames(units.map(unitLabel), 'unit')} ${why}: left out of normalised scores.`);
}

async function givenValues(
  reading: Reading,
  { file, value, ...names }: Ceiling,
  units: readonly BrainUnit[],
): Promise<number[]> {
  if (typeof value === 'number') return units.map(() => value);
  if (typeof value === 'object') {
    const unknown = Object.keys(value).filter((name) => !units.some(({ id }) => id === name));
    if (unknown.length > 0) {
      throw new UserError(
        `ceiling.value: ${firstFive(unknown)} is no unit of the responses`,
        'Mend or remove the name.',
      );
    }
    return units.map(({ id }) => value[id] ?? NaN);
  }
  const table = await readLayout(fileOf(reading, file!, 'ceiling'));
  const rowOf = rowsOfUnits(table, names, 'ceiling');
  const values = numericColumn(table, requireColumn(table, value));
  return units.map((unit) => {
    const row = rowOf(unit);
    return row === undefined ? NaN : values[row]!;
  });
}
