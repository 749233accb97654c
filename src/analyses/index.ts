import { ablation } from './ablation/index';
import { activations } from './activations/index';
import { alignment } from './alignment/index';
import { comparison } from './comparison/index';
import { contextLength } from './context/index';
import type { Analysis } from './contract';
import { crystals } from './crystals/index';
import { dataset } from './dataset/index';
import { galaxy } from './galaxy/index';
import { hierarchy } from './hierarchy/index';
import { lobes } from './lobes/index';
import { localization } from './localization/index';
import { saeTraining } from './sae-training/index';
import { score } from './score/index';
import { similarity } from './similarity/index';

/** All analyses with what they compute, in the catalog's order. Only the engine imports it. */
export const analyses: readonly Analysis[] = [
  localization,
  ablation,
  comparison,
  alignment,
  galaxy,
  activations,
  score,
  similarity,
  contextLength,
  hierarchy,
  lobes,
  dataset,
  crystals,
  saeTraining,
];
