import { posix } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

const state = { trusted: true };
const uri = (path: string) => ({ path, fsPath: path, with: (change: { path: string }) => uri(change.path) });
class CodeAction {
  command: unknown;
  edit: unknown;
  diagnostics: readonly unknown[] = [];
  constructor(
    readonly title: string,
    readonly kind: string,
  ) {}
}
vi.mock('vscode', () => ({
  CodeAction,
  CodeActionKind: { QuickFix: 'quickfix' },
  CompletionItemKind: {},
  l10n: { t: (text: string, value = '') => text.replace('{0}', value) },
  Uri: { joinPath: ({ path }: { path: string }, ...parts: string[]) => uri(posix.join(path, ...parts)) },
  workspace: {
    get isTrusted() {
      return state.trusted;
    },
  },
}));
const { quickFixes } = await import('../../../src/editor/yamlProviders');

const range = { intersection: () => range, isEqual: () => true };
const diagnostic = { message: 'eeg/dataset.yaml is missing', range };
const problem = { diagnostic, missingManifest: uri('/study/eeg/dataset.yaml') };
const asked = (): CodeAction[] =>
  quickFixes(
    ...([{ uri: uri('/study/a.study.yaml') }, [problem], range, [diagnostic]] as unknown as Parameters<
      typeof quickFixes
    >),
  ) as unknown as CodeAction[];

describe('the quick fix of a manifest that is missing', () => {
  it('describes the folder in which it is to lie', () => {
    state.trusted = true;
    const [action, ...others] = asked();
    expect(others).toEqual([]);
    expect(action).toMatchObject({ title: 'Create a dataset manifest in eeg', diagnostics: [diagnostic] });
    expect(action!.command).toMatchObject({ command: 'brainlens.dataset', arguments: [{ path: '/study/eeg' }] });
  });

  it('is not offered in a restricted workspace, for it runs', () => {
    state.trusted = false;
    expect(asked()).toEqual([]);
  });
});
