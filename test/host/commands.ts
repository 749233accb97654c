import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions, l10n, workspace } from 'vscode';

interface Contributed {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly enablement?: string;
}
interface Entry {
  readonly command: string;
  readonly when?: string;
}
interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: boolean; readonly description: string };
  };
  readonly contributes: {
    readonly commands: readonly Contributed[];
    readonly menus: Readonly<Record<string, readonly Entry[]>>;
    readonly configuration:
      | { readonly properties: Readonly<Record<string, unknown>> }
      | readonly { readonly properties: Readonly<Record<string, unknown>> }[];
    readonly viewsWelcome: readonly { readonly contents: string; readonly when?: string }[];
  };
}

/** What looks, or sets something of the person's own: everything else runs, and needs trust. */
const LOOKS = [
  ...['setHubToken', 'forgetHubToken', 'openSampleWorkspace', 'openReport', 'copySnippet', 'revealArrays'],
  ...['openResult', 'copyResultSnippet', 'comparePrevious', 'compareResults', 'reportResult', 'renameResult'],
  ...['deleteResult', 'filterResults', 'clearResultFilter', 'pauseJob', 'cancelJob', 'dismissJob'],
].map((id) => `brainlens.${id}`);
/** Settings that change only what is shown, and where it is looked for. */
const HARMLESS = ['brainlens.sparklines', 'brainlens.resultsFolder'];

/** Commands as package.json declares them: named, and shown only where they can run. */
export function contributedCommands(): void {
  describe('commands', () => {
    const extension = extensions.getExtension('brainlens.brainlens')!;
    const manifest = extension.packageJSON as Manifest;
    const { commands: all, menus } = manifest.contributes;
    const trust = (text = ''): boolean => text.includes('isWorkspaceTrusted');
    const everyWay = (when: string): boolean => when.split('||').every(trust);

    it('have a title and the category Brainlens, each once', () => {
      for (const { command, title, category } of all) {
        assert.ok(title.trim() !== '' && !title.startsWith('%'), command);
        assert.equal(category, 'Brainlens', command);
      }
      assert.equal(new Set(all.map(({ command }) => command)).size, all.length);
    });

    it('need trust, all but those that only look', () => {
      const open = all.filter(({ enablement }) => !trust(enablement)).map(({ command }) => command);
      assert.deepEqual(open.sort(), [...LOOKS].sort());
      for (const { command, enablement = '' } of all)
        if (!LOOKS.includes(command)) assert.ok(everyWay(enablement), `${command}: ${enablement}`);
    });

    it('stand in menus with a `when`, which asks for trust where the command does', () => {
      for (const [menu, entries] of Object.entries(menus))
        for (const { command, when } of entries) {
          assert.ok(when !== undefined && when !== '', `${command} in ${menu}`);
          if (!LOOKS.includes(command) && when !== 'false') assert.ok(everyWay(when), `${command} in ${menu}: ${when}`);
        }
    });

    it('that need an argument or an open result are no business of the palette', () => {
      const whens = new Map(menus['commandPalette']!.map(({ command, when }) => [command, when]));
      const inLists = [...menus['view/item/context']!, ...menus['view/title']!].map(({ command }) => command);
      for (const command of new Set(inLists)) assert.equal(whens.get(command), 'false', command);
      for (const id of ['openReport', 'copySnippet', 'revealArrays'])
        assert.match(whens.get(`brainlens.${id}`)!, /activeCustomEditorId/, id);
      assert.match(whens.get('brainlens.runStudy')!, /resourceFilename/);
    });

    it('in the welcome of the empty view run nothing in a restricted window', () => {
      const contents = manifest.contributes.viewsWelcome;
      const ofRestricted = contents.filter(({ when }) => when === '!isWorkspaceTrusted');
      assert.equal(ofRestricted.length, 1);
      const named = [...ofRestricted[0]!.contents.matchAll(/command:([\w.]+)/g)].map(([, id]) => id!);
      assert.ok(named.includes('workbench.trust.manage'));
      for (const id of named.filter((name) => name.startsWith('brainlens.'))) assert.ok(LOOKS.includes(id), id);
      for (const { when } of contents) assert.ok(trust(when), 'each is for one kind of window');
    });

    it('run nothing in this restricted window, whoever calls them', async () => {
      assert.equal(workspace.isTrusted, false);
      const before = await workspace.findFiles('.brainlens/**/result.json');
      // Each warns and waits for an answer that nobody gives.
      for (const id of ['localize', 'align', 'lobes', 'downloadModel']) void commands.executeCommand(`brainlens.${id}`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      assert.deepEqual(await workspace.findFiles('.brainlens/**/result.json'), before);
      await commands.executeCommand('notifications.clearAll');
    });
  });

  describe('what restricted and virtual workspaces are told', () => {
    const extension = extensions.getExtension('brainlens.brainlens')!;
    const { capabilities, contributes } = extension.packageJSON as Manifest;

    it('every setting that steers a run is taken from the person only', () => {
      const { configuration } = contributes;
      const parts = Array.isArray(configuration) ? configuration : [configuration];
      const settings = parts.flatMap(({ properties }) => Object.keys(properties));
      const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
      assert.deepEqual(
        [...restrictedConfigurations].sort(),
        settings.filter((name) => !HARMLESS.includes(name)).sort(),
      );
    });

    it('a virtual workspace has no Brainlens, and VS Code says why', () => {
      assert.equal(capabilities.virtualWorkspaces.supported, false);
      assert.match(capabilities.virtualWorkspaces.description, /must lie on a disk/);
      assert.match(capabilities.untrustedWorkspaces.description, /Results can be looked at; no analysis runs/);
    });

    it('texts for both are there in Chinese too', () => {
      const texts = (name: string): Record<string, string> =>
        JSON.parse(readFileSync(join(extension.extensionPath, name), 'utf8')) as Record<string, string>;
      const [english, chinese] = [texts('package.nls.json'), texts('package.nls.zh-cn.json')];
      assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
      assert.equal(typeof l10n.t('Open'), 'string');
    });
  });
}
