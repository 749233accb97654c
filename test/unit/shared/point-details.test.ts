import { expect, test } from 'vitest';
import { parseDetails, visibleToken } from '../../../src/shared/point-details';

test('a line of details is read; what is none is not', () => {
  const details = { title: 'Feature 3', facts: { rate: '1 %' }, contexts: [] };
  expect(parseDetails(JSON.stringify(details))).toEqual(details);
  for (const line of ['', '{', 'null', '[]', '{"title":"x"}', '{"title":1,"facts":{},"contexts":[]}'])
    expect(parseDetails(line), line).toBeUndefined();
});

test('a marked token can be seen, even where it is blank', () => {
  expect(visibleToken(' the')).toBe(' the');
  expect(visibleToken('\n')).toBe('⏎');
  expect(visibleToken(' \t\r\n')).toBe('␣⇥⏎');
  expect(visibleToken('')).toBe('∅');
});
