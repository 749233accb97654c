import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure } from '../../shared/figure';
import type { ActivationsFields } from './compute';
import { layerName } from '../../shared/words';

/** Mean |activation| of every layer, over stimuli and units. */
export function activationsFigures(result: AnalysisResult): ChartFigure[] {
  const { layers, stimuli, pooling } = fieldsOf(result);
  const means = meanMagnitudes(result);
  const largest = means.reduce((best, value, i) => (value > means[best]! ? i : best), 0);
  return [
    {
      kind: 'chart',
      id: 'mean-activation',
      title: 'Mean |activation| per layer',
      summary:
        `Mean absolute value of the ${pooling}-pooled residual stream over ${stimuli} stimuli and all units: ` +
        `largest behind ${layerName(layers[largest]!)} (${means[largest]!.toPrecision(3)}).`,
      x: { label: 'Layer', type: 'linear' },
      y: { label: 'Mean |activation|', type: 'linear' },
      series: [{ name: 'mean |activation|', mark: 'line', role: 'selected', ...sorted(layers, means) }],
    },
  ];
}

/** One line for a table row or a lens. */
export function activationsSummary(result: AnalysisResult): string {
  const { stimuli, layers, width, pooling } = fieldsOf(result);
  return `${stimuli} stimuli × ${layers.length} layers × ${width} units, pooling ${pooling}`;
}

/** Mean |a| of each layer column of f32 [stimuli, layers, width]. */
function meanMagnitudes(result: AnalysisResult): number[] {
  const { data } = result.arrays['activations']!;
  const { layers, width, stimuli } = fieldsOf(result);
  const sums = new Float64Array(layers.length);
  for (let i = 0; i < data.length; i += 1) sums[Math.floor(i / width) % layers.length]! += Math.abs(data[i]!);
  return Array.from(sums, (sum) => sum / (stimuli * width));
}

/** In order of depth, as the person may name layers in any order. */
function sorted(layers: readonly number[], means: readonly number[]): { x: number[]; y: number[] } {
  const order = layers.map((_, i) => i).sort((a, b) => layers[a]! - layers[b]!);
  return { x: order.map((i) => layers[i]!), y: order.map((i) => means[i]!) };
}

function fieldsOf(result: AnalysisResult): ActivationsFields {
  return result.fields as unknown as ActivationsFields;
}
