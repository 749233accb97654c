import type { Analysis } from '../contract';
import { mapLobes } from './compute';
import { lobesFigures, lobesSummary } from './figures';
import { lobesSpec } from './spec';
import type { LobesSpec } from './spec';

/** Lobes of an SAE's features by co-firing, and whether they are places in space. */
export const lobes: Analysis<LobesSpec> = {
  spec: lobesSpec,
  run: mapLobes,
  figures: lobesFigures,
  summary: lobesSummary,
};
