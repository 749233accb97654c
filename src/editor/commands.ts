import { commands, Uri } from 'vscode';
import type { Disposable } from 'vscode';
import type { LocalizeParts } from './localizeCommand';

/** Registers the commands that run analyses; what they need is loaded with their first use. */
export function registerCommands(parts: LocalizeParts): Disposable {
  return commands.registerCommand('brainlens.localize', async (clicked?: unknown) => {
    const { localize } = await import('./localizeCommand');
    await localize(clicked instanceof Uri ? clicked : undefined, parts);
  });
}
