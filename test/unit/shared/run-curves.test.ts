import { describe, expect, test } from 'vitest';
import { figuresSchema } from '../../../src/shared/figures-file';
import { RunCurves } from '../../../src/shared/run-curves';

const step = (done: number, values?: Record<string, number>, phase = 'Training') => ({
  phase,
  done,
  total: 5000,
  unit: 'steps',
  ...(values && { values }),
});

describe('curves of a run', () => {
  test('a figure per measure, the latest value in words, the whole run on the axis', () => {
    const curves = new RunCurves();
    curves.add(step(0));
    expect(curves.figures()).toEqual([]);
    curves.add(step(50, { loss: 0.9, varianceExplained: 0.1 }));
    curves.add(step(1200, { loss: 0.31234567, varianceExplained: 0.5 }));
    const [loss, explained] = curves.figures();
    expect(loss).toMatchObject({
      id: 'run-loss',
      title: 'Loss',
      summary: '0.3123 after 1,200 of 5,000 steps.',
      x: { label: 'Steps', range: [0, 5000] },
      series: [{ name: 'Training', mark: 'line', x: [50, 1200], y: [0.9, 0.31234567] }],
    });
    expect(explained!.title).toBe('Variance explained');
    expect(figuresSchema.safeParse({ schema: 'brainlens/figures@1', figures: curves.figures() }).success).toBe(true);
  });

  test('phases are lines of their own; a repeated step replaces its point; infinity leaves a gap', () => {
    const curves = new RunCurves();
    curves.add(step(1, { loss: 3 }));
    curves.add(step(1, { loss: 2 }));
    curves.add(step(2, { loss: Infinity }));
    curves.add(step(1, { loss: 1 }, 'Held out'));
    expect(curves.figures()[0]!.series.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['Training', [1, 2], [2, null]],
      ['Held out', [1], [1]],
    ]);
  });

  test('however long the run, a curve has few points, the last among them, evenly spaced until then', () => {
    const curves = new RunCurves();
    for (let i = 0; i <= 5000; i++) {
      curves.add(step(i, { loss: 1 / (i + 1) }));
      if (i % 613 === 0) expect(curves.figures()[0]!.series[0]!.x.at(-1)).toBe(i);
    }
    const { x, y } = curves.figures()[0]!.series[0]!;
    expect(x.length).toBeLessThanOrEqual(600);
    expect(x.length).toBeGreaterThan(250);
    expect(x.at(-1)).toBe(5000);
    x.forEach((at, i) => expect(y[i]).toBe(1 / (Number(at) + 1)));
  });
});
