import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Series } from '../../shared/figure';
import type { LocalizationFields } from './result';
import { count, counted, number } from '../../shared/words';

const BINS = 100;

/** How t is distributed over all units, with the cut. A bin's edge lies on the cut, so that no bar straddles it. */
export function tHistogram(result: AnalysisResult, fields: LocalizationFields): ChartFigure {
  const t = result.arrays['t']!.data as Float64Array;
  const selected = result.arrays['selected']!.data;
  const finite = t.filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const edge = Number.isFinite(fields.threshold) ? fields.threshold : low;
  const width = (high - low) / BINS || 1;
  const firstBin = Math.floor((low - edge) / width);
  const bins = Math.floor((high - edge) / width) - firstBin + 1;
  const chosen = new Int32Array(bins);
  const rest = new Int32Array(bins);
  t.forEach((value, unit) => {
    if (Number.isFinite(value))
      (selected[unit] === 1 ? chosen : rest)[Math.floor((value - edge) / width) - firstBin]! += 1;
  });
  const series = (name: string, role: Series['role'], counts: Int32Array): Series => {
    const filled = Array.from(counts.keys()).filter((bin) => counts[bin]! > 0);
    return {
      name,
      mark: 'bar',
      role,
      x: filled.map((bin) => edge + (firstBin + bin + 0.5) * width),
      y: filled.map((bin) => counts[bin]!),
      width,
    };
  };
  const unbounded = t.length - finite.length - fields.undefinedUnits;
  const leftOut = [
    ...(fields.undefinedUnits > 0 ? [`${counted(fields.undefinedUnits, 'unit')} without a t`] : []),
    ...(unbounded > 0 ? [`${count(unbounded)} with infinite t`] : []),
  ];
  const [positive, negative] = fields.conditions;
  return {
    kind: 'chart',
    id: 't-distribution',
    title: 'Distribution of t',
    summary:
      `${cutInWords(fields)} ${count(fields.significant.all)} of all ${counted(fields.units, 'unit')} ${fields.significant.all === 1 ? 'differs' : 'differ'} at q < 0.05 in either direction.` +
      (leftOut.length > 0 ? ` Not shown: ${leftOut.join(', ')}.` : ''),
    x: { label: `t (${positive!.condition} against ${negative!.condition})`, type: 'linear' },
    y: { label: 'Units', type: 'log' },
    series: [series('not selected', 'muted', rest), series('selected', 'selected', chosen)],
    ...(Number.isFinite(fields.threshold) && {
      markers: [{ axis: 'x', value: fields.threshold, label: cutLabel(fields) }],
    }),
  };
}

function cutInWords({ selection, threshold, k }: LocalizationFields): string {
  if (k === 1) return `One unit was selected by ${selection}: t = ${number(threshold)}.`;
  return selection === 'largest t'
    ? `The ${count(k)} units of largest t were selected, down to t = ${number(threshold)}.`
    : `${count(k)} units were selected by ${selection}; their smallest t is ${number(threshold)}.`;
}

function cutLabel({ selection, threshold }: LocalizationFields): string {
  return `${selection === 'largest t' ? 'cut' : 'smallest selected'}: t = ${number(threshold)}`;
}
