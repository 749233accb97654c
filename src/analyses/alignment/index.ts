import type { Analysis } from '../contract';
import { align } from './compute';
import { alignmentFigures, alignmentSummary } from './figures';
import { alignmentSpec } from './spec';
import type { AlignmentSpec } from './spec';

/** How well every layer of a model predicts recordings of the brain, with the statistics that go with it. */
export const alignment: Analysis<AlignmentSpec> = {
  spec: alignmentSpec,
  run: align,
  figures: alignmentFigures,
  summary: alignmentSummary,
};
