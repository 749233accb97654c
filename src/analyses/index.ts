import { ablation } from './ablation/index';
import { activations } from './activations/index';
import { comparison } from './comparison/index';
import type { Analysis } from './contract';
import { localization } from './localization/index';
import { score } from './score/index';

/** All analyses with what they compute, in the catalog's order. Only the engine imports it. */
export const analyses: readonly Analysis[] = [localization, ablation, comparison, activations, score];
