import { UserError } from '../../shared/errors';
import { counted } from '../../shared/words';
import type { BrainUnit } from './dataset';
import { countedNames } from './reading';
import type { Reading } from './reading';
import { unitLabel } from './units';

/** How many of the responses [rows × units (× lags)] are missing. */
export function countMissing(data: Float64Array): number {
  return data.reduce((n, value) => (Number.isNaN(value) ? n + 1 : n), 0);
}

/**
 * An infinite response would make every prediction of its unit meaningless.
 * @param data f64 [rows, units, lags]
 * @throws UserError that names unit and row of the first
 */
export function refuseInfinite(units: readonly BrainUnit[], data: Float64Array, lags: number): void {
  const at = data.findIndex((value) => value === Infinity || value === -Infinity);
  if (at < 0) return;
  const unit = units[Math.floor(at / lags) % units.length]!;
  throw new UserError(
    `The response of ${unitLabel(unit)} in row ${Math.floor(at / (lags * units.length)) + 1} is infinite`,
    'Mend it, or leave the cell empty where it is missing.',
  );
}

/**
 * Names, as warnings, units that cannot be predicted: without any response, or constant.
 * @param data f64 [rows, units, lags]
 */
export function warnOfUnits(reading: Reading, units: readonly BrainUnit[], data: Float64Array, lags: number): void {
  const rows = data.length / (units.length * lags);
  const empty: string[] = [];
  const constant: string[] = [];
  units.forEach((unit, u) => {
    const [low, high] = extent(data, rows, units.length * lags, u * lags, lags);
    if (low > high) empty.push(unitLabel(unit));
    else if (low === high) constant.push(unitLabel(unit));
  });
  if (empty.length > 0)
    reading.warnings.push(`${countedNames(empty, 'unit')} without any response: no score can be computed.`);
  if (constant.length > 0) {
    reading.warnings.push(
      `${countedNames(constant, 'unit')} with one constant value: a correlation is 0 by definition.`,
    );
  }
  const missing = countMissing(data);
  if (missing > 0) {
    reading.warnings.push(
      `${counted(missing, 'missing value')} among ${counted(data.length, 'response')}: left out unit by unit.`,
    );
  }
}

function extent(data: Float64Array, rows: number, width: number, start: number, length: number): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (let row = 0; row < rows; row++) {
    for (let i = row * width + start; i < row * width + start + length; i++) {
      low = Math.min(low, Number.isNaN(data[i]!) ? Infinity : data[i]!);
      high = Math.max(high, Number.isNaN(data[i]!) ? -Infinity : data[i]!);
    }
  }
  return [low, high];
}

/**
 * Scales every unit (and lag) to mean 0 and s.d. 1 (ddof 0), over all rows or within each run; missing values stay, and
 * what is constant becomes 0.
 * @param runs run of each row
 * @returns a new array
 */
export function zscore(data: Float64Array, width: number, runs: readonly string[], perRun: boolean): Float64Array {
  const out = data.slice();
  const groups = new Map<string, number[]>();
  runs.forEach((run, row) => {
    const key = perRun ? run : '';
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  });
  for (const rows of groups.values()) {
    for (let column = 0; column < width; column++) scaleColumn(out, rows, width, column);
  }
  return out;
}

function scaleColumn(data: Float64Array, rows: readonly number[], width: number, column: number): void {
  const there = rows.filter((row) => !Number.isNaN(data[row * width + column]!));
  const mean = there.reduce((sum, row) => sum + data[row * width + column]!, 0) / there.length;
  const variance = there.reduce((sum, row) => sum + (data[row * width + column]! - mean) ** 2, 0) / there.length;
  const sd = Math.sqrt(variance);
  for (const row of there) {
    data[row * width + column] = sd > 1e-12 * Math.abs(mean) ? (data[row * width + column]! - mean) / sd : 0;
  }
}
