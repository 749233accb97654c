import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, languages, Position, Uri, workspace } from 'vscode';
import type { CodeAction, CodeLens, CompletionList, Diagnostic, Hover, TextDocument } from 'vscode';
import { workspaceRoot } from './workspaceRoot';

const LINES = [
  'models: { tiny: models/tiny-random }',
  'datasets: { brain: recordings/dataset.yaml }',
  'analyses:',
  '  language: { analysis: localize, modle: tiny }',
  '  aligned: { analysis: align, model: tiny, dataset: brain, permutations: many }',
  '',
];

/** Study files in the editor: what the schema says while one is written, and what a restricted window offers. */
export function studyFiles(): void {
  describe('study files', () => {
    const file = (): string => join(workspaceRoot(), 'written.study.yaml');
    let document: TextDocument;
    let problems: readonly Diagnostic[];

    before(async () => {
      mkdirSync(join(workspaceRoot(), 'recordings'), { recursive: true });
      writeFileSync(join(workspaceRoot(), 'recordings/sentences.csv'), 'sentence\none\ntwo\n');
      writeFileSync(file(), LINES.join('\n'));
      document = await workspace.openTextDocument(Uri.file(file()));
      problems = await problemsOf(document);
    });
    after(() => {
      rmSync(file(), { force: true });
      rmSync(join(workspaceRoot(), 'recordings'), { recursive: true, force: true });
    });

    const onLine = (line: number): string[] =>
      problems.filter(({ range }) => range.start.line === line).map(({ message }) => message);

    it('have unknown keys, missing files and wrong types underlined where they stand', () => {
      assert.match(onLine(1).join(), /recordings\/dataset\.yaml/);
      assert.match(onLine(3).join(), /"modle"/);
      assert.match(onLine(4).join(), /permutations/);
      assert.deepEqual(onLine(0), []);
    });

    it('a misspelt key is mended by a quick fix', async () => {
      const { range } = problems.find(({ message }) => message.includes('"modle"'))!;
      const fixes = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        range,
      );
      const edits = fixes.flatMap(({ edit }) => edit?.get(document.uri) ?? []);
      assert.ok(edits.some(({ newText }) => newText === 'model'));
    });

    it('a missing manifest is not made in a restricted window: to describe a folder is a run', async () => {
      assert.equal(workspace.isTrusted, false);
      const { range } = problems.find(({ message }) => message.includes('recordings/dataset.yaml'))!;
      const fixes = await commands.executeCommand<CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        range,
      );
      assert.deepEqual(
        fixes.filter(({ command }) => command?.command === 'brainlens.dataset'),
        [],
      );
    });

    it('keys of an analysis are offered, and explained by hovers', async () => {
      const at = new Position(3, LINES[3]!.indexOf('modle'));
      const list = await commands.executeCommand<CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        at,
      );
      const labels = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      assert.ok(labels.includes('stimuli') && labels.includes('fraction'), labels.join());
      const word = new Position(3, LINES[3]!.indexOf('analysis') + 2);
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, word);
      assert.ok(hovers.length > 0);
    });

    it('their lenses offer no run here', async () => {
      const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
      const named = lenses.map(({ command }) => command?.command ?? '');
      assert.deepEqual(
        named.filter((id) => id === 'brainlens.runStudy'),
        [],
      );
    });
  });
}

/** What is wrong with a document, once it has been looked at. */
async function problemsOf({ uri }: TextDocument): Promise<readonly Diagnostic[]> {
  for (let i = 0; i < 100; i++) {
    const found = languages.getDiagnostics(uri);
    if (found.length > 0) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return [];
}
