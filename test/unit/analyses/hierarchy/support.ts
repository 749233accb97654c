import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hierarchy } from '../../../../src/analyses/hierarchy/index';
import { fieldsOf } from '../../../../src/analyses/hierarchy/result';
import type { HierarchyFields } from '../../../../src/analyses/hierarchy/result';
import { hierarchySpec } from '../../../../src/analyses/hierarchy/spec';
import { parseSpec } from '../../../../src/shared/analysis';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { Figure } from '../../../../src/shared/figure';
import { encodeNpy } from '../../../../src/shared/npy';
import { resultOf } from '../../models/support';
import { contextFor } from '../alignment/support';

/** What NumPy and SciPy say; `make.py` beside it makes it. */
export const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../golden/hierarchy/golden.json'), 'utf8'),
) as {
  readonly depths: number[];
  readonly subjects: string[];
  readonly covariate: number[];
  /** [layers, units] */
  readonly scores: number[];
  readonly best: number[];
  readonly centroid: number[];
  readonly spearman: number;
  readonly pearson: number;
  readonly centroidSpearman: number;
  readonly centroidPearson: number;
  readonly subjectSpearman: number[];
  readonly t: number;
  readonly p: number;
  readonly curve: number[];
  readonly layersUsed: number;
  readonly small: {
    readonly groups: string[];
    readonly x: number[];
    readonly y: number[];
    readonly pearson: { readonly value: number; readonly p: number };
    readonly spearman: { readonly value: number; readonly p: number };
  };
  readonly fdr: { readonly p: number[]; readonly q: number[] };
  readonly distances: number[];
  /** [6, 4] */
  readonly linkage: number[];
  readonly leaves: number[];
  /** [7, 2] */
  readonly mds: number[];
  readonly explained: number[];
};

export interface StoredUnit {
  readonly id: string;
  readonly subject?: string;
  readonly summary?: boolean;
  readonly lag?: number;
  readonly p?: number | null;
  readonly q?: number | null;
  readonly position?: readonly [number, number, number];
  readonly covariates?: Readonly<Record<string, number | string | null>>;
}

/** A result folder as `align` writes it, as far as others read it. @param scores [layers, units] */
export function storeAlignment(
  folder: string,
  model: string,
  units: readonly StoredUnit[],
  scores: ArrayLike<number>,
  {
    draws = 100,
    layers = undefined as number[] | undefined,
    data = undefined as string | undefined,
    ...changes
  }: Record<string, unknown> & {
    draws?: number;
    layers?: number[];
    data?: string;
  } = {},
): string {
  const count = scores.length / units.length;
  const numbers = layers ?? Array.from({ length: count }, (_, i) => i);
  const out = join(folder, `${model.replaceAll('/', '-')}-${Math.round(1e9 * Number(scores[0]))}`);
  mkdirSync(out, { recursive: true });
  const file = {
    schema: 'brainlens/alignment@1',
    name: model,
    created: '2026-01-01T00:00:00Z',
    seconds: 1,
    spec: { model: `/models/${model}` },
    provenance: {
      ...{ brainlens: '0', onnxruntime: '0', node: '0', platform: 'linux', threads: 1, seed: 0 },
      inputs: [
        { path: model, role: 'model', bytes: 1, sha256: `sha of ${model}` },
        ...(data === undefined ? [] : [{ path: `data/${data}`, role: 'stimuli', bytes: 1, sha256: `sha of ${data}` }]),
      ],
    },
    result: {
      dataset: 'Electrodes',
      simulated: false,
      columns: 'units',
      modelLayers: Math.max(...numbers) + 1,
      layers: numbers.map((layer) => ({ layer, depth: (layer + 1) / (Math.max(...numbers) + 1) })),
      permutations: { draws, how: 'rows change places' },
      units: units.map((unit) => ({
        ...{ subject: '', summary: false, p: 0.01, q: 0.01, covariates: {}, labels: {} },
        ...unit,
      })),
      ...changes,
    },
    summary: '',
  };
  writeFileSync(join(out, 'result.json'), JSON.stringify(file));
  writeFileSync(join(out, 'scores.npy'), encodeNpy({ data: Float64Array.from(scores), shape: [count, units.length] }));
  return out;
}

export interface Run {
  readonly result: AnalysisResult;
  readonly fields: HierarchyFields;
  readonly warnings: readonly string[];
  readonly figures: readonly Figure[];
  readonly summary: string;
}

/** Runs the whole analysis with few draws. */
export async function run(settings: Record<string, unknown>): Promise<Run> {
  const context = contextFor();
  const spec = parseSpec(hierarchySpec, { permutations: 199, bootstrap: 200, ...settings });
  const result = await resultOf(hierarchy.run(spec, context));
  return {
    result,
    fields: fieldsOf(result),
    warnings: context.warnings,
    figures: hierarchy.figures(result),
    summary: hierarchy.summary(result),
  };
}
