/** One of several things to choose: a quick pick's item. */
export interface Candidate<T> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly value: T;
  /** Why it can never be chosen. */
  readonly unfit?: string;
}

/** What several things are chosen from. */
export interface Selectable<T> {
  readonly candidates: readonly Candidate<T>[];
  /** Why something does not go with what is chosen already; `undefined` where it does. */
  readonly refusal?: (chosen: readonly T[], candidate: T) => string | undefined;
}

/** Of what is wanted, in that order, what may be chosen together. */
export function accepted<T>({ candidates, refusal }: Selectable<T>, wanted: readonly T[]): readonly T[] {
  const chosen: T[] = [];
  for (const value of wanted) {
    const candidate = candidates.find((one) => one.value === value);
    if (candidate === undefined || candidate.unfit !== undefined) continue;
    if (refusal?.(chosen, value) === undefined) chosen.push(value);
  }
  return chosen;
}

/** The list as it stands with some chosen: what cannot be added says why in place of its own detail. */
export function shown<T>({ candidates, refusal }: Selectable<T>, chosen: readonly T[]): Candidate<T>[] {
  return candidates.map((candidate) => {
    if (chosen.includes(candidate.value)) return candidate;
    const reason = candidate.unfit ?? refusal?.(chosen, candidate.value);
    return reason === undefined ? candidate : { ...candidate, detail: `$(circle-slash) ${reason}` };
  });
}
