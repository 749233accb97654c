import type { Series } from './figure';

/** Indices of a band's points in runs without a missing end. */
export function bandRuns(series: Series): number[][] {
  const runs: number[][] = [[]];
  series.x.forEach((_, i) => {
    const known = typeof series.low?.[i] === 'number' && typeof series.high?.[i] === 'number';
    if (known) runs.at(-1)!.push(i);
    else if (runs.at(-1)!.length > 0) runs.push([]);
  });
  return runs.filter((run) => run.length > 0);
}
