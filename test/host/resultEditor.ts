import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, TabInputCustom, TabInputText, Uri, window } from 'vscode';
import { UserError } from '../../src/shared/errors';
import { encodeNpy } from '../../src/shared/npy';
import { arrayFiles, float32Buffer, readArray } from '../../src/editor/resultArrays';
import { workspaceRoot } from './workspaceRoot';

/** Result folders in the editor: which files open it, and what it lets out of the folder. */
export function resultEditor(): void {
  describe('results', () => {
    const folder = (): string => join(workspaceRoot(), '.brainlens/host-test');
    const uri = (): Uri => Uri.file(folder());

    before(() => {
      mkdirSync(folder(), { recursive: true });
      writeFileSync(join(folder(), 'result.json'), '{}');
      writeFileSync(join(folder(), 't.npy'), encodeNpy({ data: new Float64Array([1.5, -2, NaN, 4]), shape: [2, 2] }));
      writeFileSync(join(folder(), 'broken.npy'), 'no array');
      writeFileSync(join(workspaceRoot(), 'outside.npy'), encodeNpy({ data: new Uint8Array([1]), shape: [1] }));
    });
    after(async () => {
      await commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(folder(), { recursive: true });
      rmSync(join(workspaceRoot(), 'outside.npy'));
    });

    const activeTab = async (kind: new (...args: never[]) => object): Promise<unknown> => {
      for (let i = 0; i < 100; i++) {
        const input = window.tabGroups.activeTabGroup.activeTab?.input;
        if (input instanceof kind) return input;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return window.tabGroups.activeTabGroup.activeTab?.input;
    };

    it('result.json of a result folder opens in the Brainlens editor', async () => {
      await commands.executeCommand('vscode.open', Uri.joinPath(uri(), 'result.json'));
      const input = await activeTab(TabInputCustom);
      assert.ok(input instanceof TabInputCustom);
      assert.equal(input.viewType, 'brainlens.result');
    });

    it('the same file still opens as text when asked to', async () => {
      await commands.executeCommand('vscode.openWith', Uri.joinPath(uri(), 'result.json'), 'default');
      assert.ok((await activeTab(TabInputText)) instanceof TabInputText);
    });

    it('arrays come as float32 of exactly their size', async () => {
      const array = await readArray(uri(), 't.npy');
      assert.deepEqual(array.shape, [2, 2]);
      const buffer = float32Buffer(array);
      assert.equal(buffer.byteLength, 16);
      assert.deepEqual([...new Float32Array(buffer)], [1.5, -2, NaN, 4]);
      assert.deepEqual(await arrayFiles(uri()), ['broken.npy', 't.npy']);
    });

    for (const file of ['../../outside.npy', '..\\outside.npy', '/etc/passwd', 'result.json', '..npy', 'a/b.npy', '']) {
      it(`"${file}" is refused: it is not an array of the folder`, async () => {
        await assert.rejects(readArray(uri(), file), UserError);
      });
    }

    it('a missing and a damaged array are named', async () => {
      await assert.rejects(readArray(uri(), 'gone.npy'), /gone\.npy is missing/);
      await assert.rejects(readArray(uri(), 'broken.npy'), /broken\.npy/);
    });
  });
}
