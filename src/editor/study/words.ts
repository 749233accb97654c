import type { RunState } from '../../study/state';

/** How the runs of an analysis stand, in a few words. */
export function inWords(states: readonly (RunState | undefined)[]): string[] {
  const known = states.filter((state) => state !== undefined);
  if (known.length === 0) return [];
  const count = (kind: RunState['kind']): number => known.filter((state) => state.kind === kind).length;
  if (count('up-to-date') === known.length) return ['up to date'];
  const [only] = known;
  if (known.length === 1) return [oneInWords(only!)];
  const parts = [
    [count('up-to-date'), 'up to date'],
    [count('out-of-date'), 'out of date'],
    [count('missing'), 'not made yet'],
    [count('failed') + count('blocked'), 'failed'],
  ] as const;
  return [parts.flatMap(([n, words]) => (n > 0 ? [`${n} ${words}`] : [])).join(', ')];
}

function oneInWords(state: RunState): string {
  switch (state.kind) {
    case 'up-to-date':
      return 'up to date';
    case 'out-of-date':
      return `out of date: ${state.reason}`;
    case 'missing':
      return 'not made yet';
    case 'failed':
      return `failed: ${state.message}`;
    case 'blocked':
      return `cannot be made: ${state.message}`;
  }
}
