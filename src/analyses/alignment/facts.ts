import type { Recording } from './data';
import type { AlignmentFields } from './result';

/** What a result says of its recording. */
export function factsOf({
  name,
  cite,
  simulated,
  granularity,
  rows,
}: Recording): Pick<AlignmentFields, 'dataset' | 'cite' | 'simulated' | 'granularity' | 'rows'> {
  return { dataset: name, ...(cite !== undefined && { cite }), simulated, granularity, rows };
}
