/** What is loaded with its first use, not with the extension: a bundle of its own. */
export { EngineClient } from '../engine/client';
export { ablate } from './ablateCommand';
export { compareNetworks } from './compareCommand';
export { localize } from './localizeCommand';
export { resultHtml } from './resultHtml';
export { ResultPanel } from './resultPanel';
