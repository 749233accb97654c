import type { Analysis } from '../contract';
import { measureGalaxy } from './compute';
import { galaxyFigures, galaxySummary } from './figures';
import { galaxySpec } from './spec';
import type { GalaxySpec } from './spec';

/** The large-scale shape of a cloud of concepts. */
export const galaxy: Analysis<GalaxySpec> = {
  spec: galaxySpec,
  run: measureGalaxy,
  figures: galaxyFigures,
  summary: galaxySummary,
};
