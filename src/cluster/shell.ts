/** A text as one word of a POSIX shell, whatever stands in it; plain where nothing need be quoted. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as it may stand in a comment or a job's name: on one line. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/**
 * Numbers as Slurm writes sets of tasks: `1-3,7`.
 * @param numbers in any order, each once
 */
export function ranges(numbers: readonly number[]): string {
  const parts: { from: number; to: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last?.to === number - 1) last.to = number;
    else parts.push({ from: number, to: number });
  }
  return parts.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/**
 * The numbers of Slurm's sets of tasks: of `1-3,7%2` 1, 2, 3 and 7; steps as in `0-8:4` too.
 * @returns empty for anything else
 * @throws TypeError for a set that Slurm cut off: `1-3,5,8...`
 */
export function numbersOf(set: string): number[] {
  if (set.includes('...')) throw new TypeError(`Slurm cut off the set of tasks ${set}`);
  const listed = set.replace(/^\[|\]$/g, '').replace(/%\d+\]?$/, '');
  return listed.split(',').flatMap((part) => {
    const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part.trim());
    if (match === null) return [];
    const [from, to, step] = [Number(match[1]), Number(match[2] ?? match[1]), Number(match[3] ?? 1)];
    return Array.from({ length: Math.floor((to - from) / Math.max(1, step)) + 1 }, (_, i) => from + i * step);
  });
}
