import { commands, Disposable, Uri } from 'vscode';
import type { LogOutputChannel, SecretStorage } from 'vscode';
import type { CommandParts } from './analysisRun';
import type { StudyChoice } from './study/run';
import { RESULT_COMMANDS } from './commandNames';
import type { Engine } from './engine';
import type * as OnDemand from './onDemand';

/** Registers the commands that run analyses; what they need is loaded with their first use. */
export function registerCommands(parts: CommandParts): Disposable {
  return Disposable.from(
    commands.registerCommand('brainlens.localize', async (clicked?: unknown) => {
      const { localize } = await import('./onDemand');
      await localize(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.ablate', async (clicked?: unknown) => {
      const { ablate } = await import('./onDemand');
      await ablate(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.compare', async () => {
      const { compareNetworks } = await import('./onDemand');
      await compareNetworks(parts);
    }),
    commands.registerCommand('brainlens.align', async (clicked?: unknown) => {
      const { align } = await import('./onDemand');
      await align(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.lobes', async (clicked?: unknown) => {
      const { mapLobes } = await import('./onDemand');
      await mapLobes(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.saeTrain', async (clicked?: unknown) => {
      const { trainSae } = await import('./onDemand');
      await trainSae(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.dataset', async (clicked?: unknown) => {
      const { describeDataset } = await import('./onDemand');
      await describeDataset(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.galaxy', async (clicked?: unknown) => {
      const { measureGalaxy } = await import('./onDemand');
      await measureGalaxy(uriOf(clicked), parts);
    }),
    commands.registerCommand('brainlens.crystals', async (clicked?: unknown) => {
      const { findCrystals } = await import('./onDemand');
      await findCrystals(uriOf(clicked), parts);
    }),
    ...(['open', 'runAgain', 'copySnippet'] as const).map((action) =>
      commands.registerCommand(RESULT_COMMANDS[action], async (named?: unknown) => {
        const { withResult } = await import('./onDemand');
        await withResult(action, named, parts);
      }),
    ),
    commands.registerCommand('brainlens.context', async (clicked?: unknown) => {
      const { measureContext } = await import('./onDemand');
      await measureContext(uriOf(clicked), parts);
    }),
    // The Explorer passes what was clicked, then all that is selected.
    commands.registerCommand('brainlens.hierarchy', async (clicked?: unknown, selected?: unknown) => {
      const { compareModels } = await import('./onDemand');
      const all = Array.isArray(selected) ? selected : [clicked];
      await compareModels(
        all.map(uriOf).filter((uri) => uri !== undefined),
        parts,
      );
    }),
    commands.registerCommand('brainlens.runStudy', async (file?: unknown, choice?: StudyChoice) => {
      const { runStudy } = await import('./onDemand');
      await runStudy(file, choice ?? {}, parts);
    }),
    commands.registerCommand('brainlens.comparePrevious', async (out: Uri) => {
      const { comparePrevious } = await import('./onDemand');
      await comparePrevious(out, parts);
    }),
    commands.registerCommand('brainlens.clearCache', async () => {
      const { clearCache } = await import('./onDemand');
      await clearCache(parts);
    }),
  );
}

/** Registers what a person begins with: getting a model, and the sample workspace. */
export function registerStart(
  engine: Pick<Engine, 'samples'>,
  secrets: SecretStorage,
  log: LogOutputChannel,
): Disposable {
  const on = (id: string, run: (parts: typeof OnDemand, clicked?: unknown) => Promise<void>): Disposable =>
    commands.registerCommand(`brainlens.${id}`, async (clicked?: unknown) => {
      const parts = await import('./onDemand');
      await parts.guarded(log, () => run(parts, clicked));
    });
  return Disposable.from(
    on('downloadModel', ({ downloadModel }) => downloadModel(secrets, log)),
    on('setHubToken', ({ setHubToken }) => setHubToken(secrets)),
    on('forgetHubToken', ({ forgetHubToken }) => forgetHubToken(secrets)),
    on('openSampleWorkspace', ({ openSampleWorkspace }, parent) => openSampleWorkspace(engine.samples, uriOf(parent))),
  );
}

function uriOf(clicked: unknown): Uri | undefined {
  return clicked instanceof Uri ? clicked : undefined;
}
