import { describe, expect, it } from 'vitest';
import { accepted, shown } from '../../../src/editor/severalChoice';

const candidates = [
  { label: 'one', value: '1a', detail: 'first' },
  { label: 'two', value: '2a' },
  { label: 'three', value: '1b' },
  { label: 'broken', value: '1c', unfit: 'cannot be read' },
];
/** Things go together whose names begin alike. */
const refusal = ([first]: readonly string[], value: string): string | undefined =>
  first === undefined || first[0] === value[0] ? undefined : `not like ${first}`;

describe('several things that go together', () => {
  it('what is chosen first decides what can be added', () => {
    expect(accepted({ candidates, refusal }, ['1a', '2a', '1b'])).toEqual(['1a', '1b']);
    expect(accepted({ candidates, refusal }, ['2a', '1a', '1b'])).toEqual(['2a']);
  });

  it('what is unfit, or not there, is never chosen', () => {
    expect(accepted({ candidates }, ['1c', '2a', 'nowhere', '1a'])).toEqual(['2a', '1a']);
  });

  it('the list says why something cannot be added, and nothing once it can', () => {
    const details = (chosen: readonly string[]) => shown({ candidates, refusal }, chosen).map(({ detail }) => detail);
    expect(details([])).toEqual(['first', undefined, undefined, '$(circle-slash) cannot be read']);
    expect(details(['2a'])).toEqual([
      '$(circle-slash) not like 2a',
      undefined,
      '$(circle-slash) not like 2a',
      '$(circle-slash) cannot be read',
    ]);
  });
});
