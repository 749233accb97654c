import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Transformer } from '../../../../src/models/transformer';
import { run, samples } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});

const settings = {
  model: join(samples, 'models/tiny-random'),
  dataset: join(samples, 'datasets/simulated/dataset.yaml'),
};

describe('the simulated dataset', () => {
  const whole = run({ ...settings, bootstrap: 1000 }, opened);

  test('gives its planted layers back', async () => {
    const { fields } = await whole;
    expect(fields.units).toHaveLength(24);
    const errors = fields.units.map(({ bestLayer, covariates }) => Math.abs(bestLayer! - covariates['planted_layer']!));
    expect(errors.filter((error) => error === 0).length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...errors)).toBeLessThanOrEqual(1);
  });
});
