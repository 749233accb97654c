import type { PointDetails } from './figure';

/** A line of a cloud's `details`; `undefined` where it is not one. */
export function parseDetails(line: string): PointDetails | undefined {
  try {
    const { title, facts, contexts } = JSON.parse(line) as Partial<PointDetails>;
    if (typeof title !== 'string' || typeof facts !== 'object' || facts === null || !Array.isArray(contexts))
      return undefined;
    return { title, facts, contexts: contexts as PointDetails['contexts'] };
  } catch {
    return undefined;
  }
}

/** A token as it is marked: where nothing but blanks would be marked, signs for them. */
export function visibleToken(token: string): string {
  if (token === '') return '∅';
  if (token.trim() !== '') return token;
  return token
    .replaceAll(' ', '␣')
    .replaceAll('\t', '⇥')
    .replaceAll(/\r\n?|\n/g, '⏎');
}
