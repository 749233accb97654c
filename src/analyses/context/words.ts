import { counted } from '../../shared/words';
import type { ContextLength } from './spec';

/** "5 tokens", "the full context" */
export function inWords(length: ContextLength): string {
  return length === 'full' ? 'the full context' : counted(length, 'token');
}

/** What stands on axes: "5", "full". */
export function labelsOf(lengths: readonly ContextLength[]): string[] {
  return lengths.map(String);
}
