/** What is loaded with its first use, not with the extension: a bundle of its own. */
export { EngineClient } from '../engine/client';
export { ablate } from './ablateCommand';
export { align } from './alignCommand';
export { clearCache } from './cacheCommand';
export { compareNetworks } from './compareCommand';
export { compareModels } from './compareModelsCommand';
export { measureContext } from './contextCommand';
export { findCrystals } from './crystalsCommand';
export { wordDatasets } from './datasetChoice';
export { describeDataset } from './describeCommand';
export { mapLobes } from './lobesCommand';
export { measureGalaxy } from './galaxyCommand';
export { localize } from './localizeCommand';
export { resultHtml } from './resultHtml';
export { ResultPanel } from './resultPanel';
export { trainSae } from './trainSaeCommand';
export { completionItems, hover, placedProblems, quickFixes } from './yamlProviders';
