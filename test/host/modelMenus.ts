import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Uri, workspace } from 'vscode';
import type { LogOutputChannel } from 'vscode';
import { looksLikeModel, ModelFolders } from '../../src/editor/modelFolders';
import { workspaceRoot } from './workspaceRoot';

const WAIT_MS = 10_000;

/** Which folders and files count as models, and that the list follows the disk. */
export function modelMenus(): void {
  describe('models of the workspace', () => {
    let models: ModelFolders;
    const errors: string[] = [];
    const log = { info: () => undefined, error: (line: string) => errors.push(line) } as unknown as LogOutputChannel;
    const added = (): string => join(workspaceRoot(), 'later');

    before(async () => {
      models = new ModelFolders(log);
      await watching();
    });
    after(() => {
      models.dispose();
      rmSync(added(), { recursive: true, force: true });
    });

    /** VS Code's file watcher starts some seconds after the window. */
    const watching = async (): Promise<void> => {
      let events = 0;
      const watcher = workspace.createFileSystemWatcher('**/*');
      // Of a new folder first the folder is reported, and only then is it watched itself.
      watcher.onDidCreate(({ path }) => (events += path.includes('/probe-') ? 1 : 0));
      for (let i = 0; i < 200 && events === 0; i++) {
        mkdirSync(join(added(), `probe-${i}`), { recursive: true });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      watcher.dispose();
      assert.ok(events > 0, 'VS Code reports no changes of files');
    };
    const names = async (): Promise<string[]> =>
      (await models.list()).map(({ path }) => path.slice(workspaceRoot().length + 1));
    const eventually = async (expected: (found: string[]) => boolean): Promise<string[]> => {
      for (const end = Date.now() + WAIT_MS; ;) {
        const found = await names();
        if (expected(found) || Date.now() > end) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };

    it('finds the folder with config.json and safetensors, and nothing else', async () => {
      assert.deepEqual(await names(), ['models/tiny-random']);
      assert.deepEqual(errors, []);
    });

    it('a folder without config.json, and anything in node_modules or .brainlens, is no model', async () => {
      for (const place of ['bare', 'node_modules/pretend', '.brainlens/pretend']) {
        const folder = join(workspaceRoot(), 'later', place);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'model.safetensors'), '');
        if (place !== 'bare') writeFileSync(join(folder, 'config.json'), '{}');
      }
      mkdirSync(join(added(), 'one'));
      writeFileSync(join(added(), 'one/some.gguf'), '');
      const found = await eventually((list) => list.includes('later/one/some.gguf'));
      assert.deepEqual(found, ['later/one/some.gguf', 'models/tiny-random']);
    });

    it('follows a model folder that is copied in, renamed and deleted', async () => {
      cpSync(join(workspaceRoot(), 'models/tiny-random'), join(added(), 'copy'), { recursive: true });
      assert.ok((await eventually((list) => list.includes('later/copy'))).includes('later/copy'));
      renameSync(join(added(), 'copy'), join(added(), 'renamed'));
      const renamed = await eventually((list) => list.includes('later/renamed') && !list.includes('later/copy'));
      assert.ok(renamed.includes('later/renamed') && !renamed.includes('later/copy'), renamed.join());
      rmSync(join(added(), 'renamed'), { recursive: true });
      assert.ok(!(await eventually((list) => !list.includes('later/renamed'))).includes('later/renamed'));
      assert.equal(existsSync(join(added(), 'renamed')), false);
    });

    it('judges a folder chosen from disk by its files', async () => {
      assert.equal(await looksLikeModel(Uri.file(join(workspaceRoot(), 'models/tiny-random'))), true);
      assert.equal(await looksLikeModel(Uri.file(join(workspaceRoot(), 'models'))), false);
      assert.equal(await looksLikeModel(Uri.file('/nowhere/model.gguf')), true);
    });
  });
}
