import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/shared/figure';
import { arrange } from '../../../webview/arrange';
import { chart, map, table } from '../shared/figures';

const named = (figure: Figure, id: string): Figure => ({ ...figure, id });
const plan = (figures: Figure[]): string[] =>
  arrange(figures).map(({ figure, wide }) => `${figure.id}${wide ? '*' : ''}`);

describe('two columns', () => {
  it('take a later half to fill the row before a map', () => {
    const figures = [named(chart, 'a'), named(map, 'b'), named(chart, 'c'), named(chart, 'd'), named(table, 'e')];
    expect(plan(figures)).toEqual(['a', 'c', 'b*', 'd', 'e']);
  });

  it('widen a half that stays alone', () => {
    expect(plan([named(chart, 'a'), named(map, 'b')])).toEqual(['a*', 'b*']);
    expect(plan([named(chart, 'a'), named(chart, 'b'), named(table, 'c')])).toEqual(['a', 'b', 'c*']);
  });

  it('give a row to a chart of many categories and to a table too wide for half of one', () => {
    const x = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const tasks = (names: string[]): Figure => ({
      ...chart,
      x: { label: 'Task', type: 'category' },
      series: [{ name: 's', mark: 'bar', role: 'selected', x: names, y: names.map(() => 1) }],
    });
    const texts: Figure = { ...table, rows: [['It was a long sentence. '.repeat(4), 1]] };
    const [first, last] = [named(chart, 'a'), named(chart, 'z')];
    expect(plan([named(tasks(x), 'b'), first, last])).toEqual(['b*', 'a', 'z']);
    expect(plan([named(tasks(x.slice(1)), 'b'), first])).toEqual(['b', 'a']);
    expect(plan([named(texts, 't'), first, last])).toEqual(['t*', 'a', 'z']);
  });

  it('give a row to a cloud', () => {
    const cloud: Figure = {
      ...{ kind: 'cloud', id: 'c', title: '', summary: '', noun: 'feature', ids: [], text: [] },
      layouts: [{ name: 'PCA', axes: [], x: [], y: [] }],
      groupings: [{ name: 'lobes', groups: [], of: [] }],
    };
    expect(plan([named(chart, 'a'), cloud, named(chart, 'b'), named(table, 't')])).toEqual(['a', 'b', 'c*', 't*']);
  });

  it('give a row to a parallelogram, which has two drawings of its own', () => {
    const words: Figure = {
      ...{ kind: 'parallelogram', id: 'p', title: '', summary: '', method: '', spaces: [], layers: [], relations: [] },
    };
    expect(plan([named(chart, 'a'), words, named(chart, 'b')])).toEqual(['a', 'b', 'p*']);
  });

  it('keep the order where nothing is in the way', () => {
    expect(plan([named(map, 'a'), named(chart, 'b'), named(chart, 'c')])).toEqual(['a*', 'b', 'c']);
    expect(plan([])).toEqual([]);
  });
});
