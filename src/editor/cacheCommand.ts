import { l10n, window, workspace } from 'vscode';
import type { CacheOutcome } from '../engine/client';
import { formatBytes } from '../shared/progress';
import { answerOf, guarded } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { mayRun } from './modelChoice';

/** *Brainlens: Clear Cache*: says how much cached activations take, and removes them where the person agrees. */
export async function clearCache(parts: Pick<CommandParts, 'engine' | 'log'>): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const { cacheFolder } = parts.engine;
    const client = await parts.engine.client();
    const bytes = bytesOf(await client.cache(cacheFolder, { clear: false }));
    if (bytes === undefined) return;
    if (bytes === 0) {
      void window.showInformationMessage(l10n.t('The cache of activations is empty.'));
      return;
    }
    const clear = l10n.t('Clear Cache');
    const question = l10n.t('Cached activations take {0}. Clear them?', formatBytes(bytes));
    const detail = l10n.t('The next run computes them anew. Results stay as they are.');
    if ((await window.showWarningMessage(question, { modal: true, detail }, clear)) !== clear) return;
    const freed = bytesOf(await client.cache(cacheFolder, { clear: true }));
    if (freed === undefined) return;
    parts.log.info(`Cleared ${freed} bytes of ${cacheFolder}`);
    void window.showInformationMessage(l10n.t('Cleared {0} of cached activations.', formatBytes(freed)));
  });
}

function bytesOf(outcome: CacheOutcome): number | undefined {
  return answerOf(outcome)?.bytes;
}
