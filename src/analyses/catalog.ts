import type { AnalysisSpec } from '../shared/analysis';
import { ablationSpec } from './ablation/spec';
import { activationsSpec } from './activations/spec';
import { alignmentSpec } from './alignment/spec';
import { comparisonSpec } from './comparison/spec';
import { contextSpec } from './context/spec';
import { crystalsSpec } from './crystals/spec';
import { datasetSpec } from './dataset/spec';
import { galaxySpec } from './galaxy/spec';
import { hierarchySpec } from './hierarchy/spec';
import { lobesSpec } from './lobes/spec';
import { localizationSpec } from './localization/spec';
import { saeTrainingSpec } from './sae-training/spec';
import { scoreSpec } from './score/spec';
import { similaritySpec } from './similarity/spec';

/** The specs of all analyses, in the order of help and palette. Pure: editor, command line and build scripts import it. */
export const catalog: readonly AnalysisSpec[] = [
  localizationSpec,
  ablationSpec,
  comparisonSpec,
  alignmentSpec,
  galaxySpec,
  activationsSpec,
  scoreSpec,
  datasetSpec,
  similaritySpec,
  contextSpec,
  hierarchySpec,
  lobesSpec,
  crystalsSpec,
  saeTrainingSpec,
];
