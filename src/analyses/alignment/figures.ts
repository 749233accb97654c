import type { AnalysisResult } from '../../shared/analysis';
import type { Figure } from '../../shared/figure';
import { counted, number } from '../../shared/words';
import { layerCurve } from './figure-layers';
import { fieldsOf } from './result';
import type { AlignmentFields } from './result';

/** What an alignment shows. */
export function alignmentFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  return [layerCurve(fields)].map((figure) => (fields.simulated ? ofSimulated(figure) : figure));
}

function ofSimulated(figure: Figure): Figure {
  return {
    ...figure,
    title: `${figure.title} (simulated data)`,
    summary: `Simulated responses, not a brain. ${figure.summary}`,
  };
}

/** One line for a table row or a lens. */
export function alignmentSummary(result: AnalysisResult): string {
  const fields = fieldsOf(result);
  const { simulated, dataset, best, units, subjects, p } = fields;
  const where = best.layer === null ? '' : ` at layer ${best.layer}`;
  const [low, high] = best.interval;
  const interval = Number.isFinite(low) ? ` [${number(low, 3)}, ${number(high, 3)}]` : '';
  const many = subjects.length > 1 ? ` of ${counted(subjects.length, 'subject')}` : '';
  const significance = Number.isFinite(p) ? `, p = ${number(p, 2)}` : '';
  return `${simulated ? 'Simulated data: ' : ''}${dataset}, ${counted(units.length, 'unit')}${many}: ${scoreName(fields)} ${number(best.score, 3)}${interval}${where}${significance}`;
}

/** What the number is called. */
export function scoreName({ metric }: AlignmentFields): string {
  return { ridge: 'r', cka: 'CKA', 'debiased-cka': 'debiased CKA', rsa: 'RSA' }[metric];
}
