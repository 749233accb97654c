import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions } from 'vscode';
import { catalog } from '../../src/analyses/catalog';

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string; readonly when: string }[]>>;
    readonly yamlValidation: readonly { readonly fileMatch: string; readonly url: string }[];
    readonly customEditors: readonly { readonly selector: readonly { readonly filenamePattern: string }[] }[];
  };
}

const manifest = (): Manifest => extensions.getExtension('brainlens.brainlens')!.packageJSON as Manifest;
const ON_MODELS = ['model', 'model-and-dataset', 'sae-or-model', 'models', 'model-and-words'];
const inModelMenu = catalog.filter(({ menu }) => menu !== undefined && ON_MODELS.includes(menu.on));
/** The command of a verb of two words: `sae train` is `saeTrain`. */
const commandOf = (verb: string): string =>
  `brainlens.${verb.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase())}`;

/** What package.json promises, and that all of it works. */
export function contributions(): void {
  describe('contributions', () => {
    it('every contributed command is registered, and every registered one is contributed', async () => {
      const contributed = manifest()
        .contributes.commands.map(({ command }) => command)
        .sort();
      // What VS Code itself makes for a view is not ours; the view's own come a moment after activation.
      const registered = async (): Promise<string[]> =>
        (await commands.getCommands(true)).filter((id) => /^brainlens\.(?!results\.)/.test(id)).sort();
      for (let i = 0; i < 100 && (await registered()).length < contributed.length; i++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      assert.deepEqual(await registered(), contributed);
    });

    it('each analysis that works on a model has its command with the title of its spec', () => {
      assert.ok(inModelMenu.length > 0);
      for (const { id, title } of inModelMenu) {
        const found = manifest().contributes.commands.find(({ command }) => command === commandOf(id));
        assert.equal(found?.title, title);
        assert.match(found?.enablement ?? '', /isWorkspaceTrusted/);
      }
    });

    it('the Explorer offers exactly those on model folders and .gguf files of trusted workspaces', () => {
      const entries = manifest().contributes.menus['explorer/context'] ?? [];
      for (const { when } of entries) assert.ok(when.split('||').every((part) => part.includes('isWorkspaceTrusted')));
      const onModels = entries.filter(({ when }) => when.includes('resourcePath in brainlens.modelFolders'));
      assert.deepEqual(
        onModels.map(({ command }) => command),
        inModelMenu.map(({ id }) => commandOf(id)),
      );
      for (const { when } of onModels) {
        assert.match(when, /resourcePath in brainlens\.modelFolders/);
        assert.match(when, /resourceExtname == \.gguf/);
      }
    });

    it('the Explorer offers to align dataset manifests, and to describe them and folders that are no models', () => {
      const on = (command: string): string =>
        manifest().contributes.menus['explorer/context']?.find((entry) => entry.command === command)?.when ?? '';
      for (const command of ['brainlens.align', 'brainlens.dataset']) {
        const pattern = /resourceFilename =~ \/(.*)\//.exec(on(command))?.[1];
        assert.ok(pattern !== undefined, on(command));
        const names = ['dataset.yaml', 'a.dataset.yaml', 'mydataset.yaml', 'dataset.yaml.txt'];
        assert.deepEqual(
          names.filter((name) => new RegExp(pattern).test(name)),
          names.slice(0, 2),
        );
      }
      assert.match(on('brainlens.dataset'), /explorerResourceIsFolder && resourcePath not in brainlens\.modelFolders/);
    });

    it('models are compared where there are several, or an alignment; context is offered on recordings of words', () => {
      const { commands: all, menus } = manifest().contributes;
      const { enablement } = all.find(({ command }) => command === 'brainlens.hierarchy')!;
      assert.deepEqual(enablement?.split(' || '), [
        'isWorkspaceTrusted && brainlens.severalModels',
        'isWorkspaceTrusted && brainlens.hasAlignments',
      ]);
      const on = (command: string): string =>
        menus['explorer/context']?.find((entry) => entry.command === command)?.when ?? '';
      assert.match(on('brainlens.hierarchy'), /resourcePath in brainlens\.alignments/);
      for (const part of on('brainlens.hierarchy').split(' || '))
        assert.match(part, /brainlens\.(severalModels|alignments)/);
      assert.match(on('brainlens.context'), /resourcePath in brainlens\.wordDatasets/);
      assert.doesNotMatch(on('brainlens.context'), /dataset\\\.yaml/);
    });

    it('the schemas for extensions that check YAML are there', () => {
      const { extensionPath } = extensions.getExtension('brainlens.brainlens')!;
      const { yamlValidation } = manifest().contributes;
      assert.deepEqual(
        yamlValidation.map(({ fileMatch }) => fileMatch),
        ['*.dataset.yaml', 'dataset.yaml', '*.study.yaml'],
      );
      for (const { url } of yamlValidation) {
        const schema = JSON.parse(readFileSync(join(extensionPath, url), 'utf8')) as Record<string, unknown>;
        assert.ok('properties' in schema || 'then' in schema, url);
      }
    });

    it('results can be looked at in a restricted workspace', () => {
      assert.equal(manifest().capabilities.untrustedWorkspaces.supported, 'limited');
      assert.deepEqual(
        manifest().contributes.customEditors.map(({ selector }) => selector),
        [[{ filenamePattern: '**/.brainlens/**/result.json' }], [{ filenamePattern: '**/result.json' }]],
      );
    });

    it('it runs where the files are, after startup', () => {
      assert.deepEqual(manifest().extensionKind, ['workspace']);
      assert.deepEqual(manifest().activationEvents, ['onStartupFinished']);
    });
  });
}
