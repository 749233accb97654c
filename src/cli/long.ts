import { flagOf } from '../shared/analysis';
import type { Progress } from '../shared/progress';

/** Settings by which long analyses become shorter, by verb. */
const SMALLER: Readonly<Record<string, readonly string[]>> = { ablate: ['items', 'fractions', 'randomSeeds'] };
/** Seconds beyond which a run says what would make it shorter. */
const LONG = 600;

/**
 * What to do about a run that will take long: "about 44 min: --items, --fractions or --random-seeds (items:, …) make it
 * smaller".
 * @param verb of the analysis
 * @returns `undefined` where the progress tells no estimate, or none above ten minutes
 */
export function longHint(verb: string, { estimate = 0 }: Pick<Progress, 'estimate'>): string | undefined {
  const fields = SMALLER[verb];
  if (estimate <= LONG || fields === undefined) return undefined;
  const minutes = Math.round(estimate / 60);
  const time = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
  const flags = fields.map(flagOf);
  const keys = fields.map((field) => `${field}:`).join(', ');
  return `about ${time}: ${flags.slice(0, -1).join(', ')} or ${flags.at(-1)} (${keys} in a study) make it smaller`;
}

/** What a dry run says of a run whose defaults are large; it has measured nothing. */
export function sizeHint(verb: string, input: Readonly<Record<string, unknown>>): string | undefined {
  if (verb !== 'ablate' || input['tasks'] !== undefined || input['items'] !== undefined) return undefined;
  return 'all built-in tasks, all items, at every share and random set: this can take long; items: makes it smaller';
}
