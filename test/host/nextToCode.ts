import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, languages, Position, Range, Uri, workspace, WorkspaceEdit } from 'vscode';
import type { CodeLens, Hover, LogOutputChannel, MarkdownString, TextDocument } from 'vscode';
import { CodeIndex } from '../../src/editor/code/codeIndex';
import { ModelFolders } from '../../src/editor/modelFolders';
import { ResultLibrary } from '../../src/editor/resultLibrary';
import { workspaceRoot } from './workspaceRoot';

const LINES = 5000;
const NAMED = 50;

const result = {
  schema: 'brainlens/localization@1',
  name: 'named-in-code',
  created: '2026-01-31T12:00:00.000Z',
  seconds: 1,
  spec: {},
  provenance: { brainlens: '0', onnxruntime: '1', node: '20', platform: 'linux', threads: 1, seed: 0, inputs: [] },
  result: {},
  summary: '172 units',
};
const layers = [0, 1, 2, 3];
const figures = {
  schema: 'brainlens/figures@1',
  figures: [
    {
      kind: 'chart',
      id: 'selected-per-layer',
      title: 'Selected units per layer',
      summary: 'Layer 3 holds the most.',
      x: { label: 'Layer', type: 'linear' },
      y: { label: 'Units', type: 'linear' },
      series: [{ name: 'selected', mark: 'bar', role: 'selected', x: layers, y: [1, 4, 2, 8] }],
    },
  ],
};

/** Lenses and hovers in code, and what an edit costs them. */
export function nextToCode(): void {
  describe('results next to the code', () => {
    const log = { info: () => undefined, error: () => undefined } as unknown as LogOutputChannel;
    const folder = (): string => join(workspaceRoot(), '.brainlens/named-in-code');
    const models = new ModelFolders(log);
    const library = new ResultLibrary(log);
    const index = new CodeIndex(models, library);

    before(() => {
      mkdirSync(folder(), { recursive: true });
      writeFileSync(join(folder(), 'result.json'), JSON.stringify(result));
      writeFileSync(join(folder(), 'figures.json'), JSON.stringify(figures));
    });
    after(() => {
      for (const part of [index, library, models]) part.dispose();
      rmSync(folder(), { recursive: true, force: true });
      for (const file of ['lenses.py', 'long.py']) rmSync(join(workspaceRoot(), file), { force: true });
    });

    const open = async (name: string, text: string): Promise<TextDocument> => {
      writeFileSync(join(workspaceRoot(), name), text);
      const document = await workspace.openTextDocument(Uri.file(join(workspaceRoot(), name)));
      return languages.setTextDocumentLanguage(document, 'python');
    };
    const lensesOf = async (document: TextDocument): Promise<CodeLens[]> => {
      const ask = (): Thenable<CodeLens[]> =>
        commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri, 100);
      for (let i = 0; i < 100; i++) {
        const found = await ask();
        if (found.length > 0) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return [];
    };

    it('stand over lines that name a result; in this restricted window nothing that runs is offered', async () => {
      assert.equal(workspace.isTrusted, false);
      const code = 'm = load("models/tiny-random")\nt = np.load(".brainlens/named-in-code/t.npy")\nx = load("cpu")\n';
      const document = await open('lenses.py', code);
      const found = await lensesOf(document);
      const titles = (line: number): string[] =>
        found.filter(({ range }) => range.start.line === line).map(({ command }) => command?.title ?? '');
      assert.deepEqual(titles(0), []);
      assert.equal(titles(1).length, 1);
      assert.match(titles(1)[0]!, /^\$\(graph\) Open · /);
      assert.deepEqual(titles(2), []);
      const { command } = found.find(({ range }) => range.start.line === 1)!;
      assert.equal((command?.arguments?.[0] as Uri).fsPath, folder());
    });

    it('a hover shows the plot as an image below 60 kB, with links', async () => {
      const document = await workspace.openTextDocument(Uri.file(join(workspaceRoot(), 'lenses.py')));
      const [hover] = await commands.executeCommand<Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new Position(1, 20),
      );
      const text = (hover!.contents[0] as MarkdownString).value;
      assert.ok(text.includes('172 units'));
      const image = /data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/.exec(text)![1]!;
      assert.ok(Buffer.from(image, 'base64').length < 60_000);
      for (const link of ['openResult', 'copyResultSnippet'])
        assert.ok(text.includes(`command:brainlens.${link}?`), link);
      assert.ok(!text.includes('rerunResult'));
    });

    it(`an edit in ${LINES} lines with ${NAMED} names parses the lines that it touches, no more`, async () => {
      const lines = Array.from({ length: LINES }, (_, i) =>
        i % (LINES / NAMED) === 0 ? `m${i} = load("models/tiny-random")` : `x${i} = ${i}`,
      );
      const document = await open('long.py', lines.join('\n'));
      assert.equal((await index.references(document, 100)).length, NAMED);
      const before = index.parsedLines(document);
      const edit = new WorkspaceEdit();
      edit.insert(document.uri, new Position(2500, 0), 'y');
      edit.replace(document.uri, new Range(10, 0, 11, 0), 'a = "models/tiny-random"\nb = 2\n');
      await workspace.applyEdit(edit);
      assert.ok(index.parsedLines(document) - before <= 4, String(index.parsedLines(document) - before));
      assert.equal((await index.references(document, 100)).length, NAMED + 1);
    });
  });
}
