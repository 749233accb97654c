import { existsSync } from 'node:fs';
import { CodeLens, EventEmitter, l10n, languages, Range, Uri, workspace } from 'vscode';
import type { CodeLensProvider, Command, Disposable, Event, TextDocument } from 'vscode';
import { previousFolder } from '../../engine/store';
import { Cancelled } from '../../shared/errors';
import { statesOf } from '../../study/next';
import type { Turn } from '../../study/next';
import { planStudy } from '../../study/plan';
import type { StudyRun } from '../../study/plan';
import type { RunState } from '../../study/state';
import { studyNameOf, studyOf } from '../../study/study';
import type { StudyAnalysis } from '../../study/study';
import { parseYaml } from '../../yaml/syntax';
import { RESULT_COMMANDS } from '../commandNames';
import { told } from '../code/lenses';
import type { CommandParts } from '../analysisRun';
import { basename, parent } from '../paths';
import type { ResultLibrary } from '../resultLibrary';
import { knownResultsFolder } from '../resultsFolder';
import { hasSlurm } from '../slurm/available';
import { homeOf, lookAt, sharedSettings } from './run';
import type { StudySurroundings } from './run';
import { inWords } from './words';

/** An analysis of a study with its runs. */
interface Analysed {
  readonly analysis: StudyAnalysis;
  readonly runs: readonly StudyRun[];
}

/** The lens that tells how an analysis stands: it is found out when it is shown. */
class StateLens extends CodeLens {
  constructor(
    range: Range,
    readonly analysed: Analysed,
    /** Of all runs of the study, by id: each depends on those before it. */
    readonly states: () => Promise<ReadonlyMap<string, RunState>>,
  ) {
    super(range);
  }
}

/** Lenses over every analysis of a study: *Run · Open · Compare with Previous · last: …, 2 h ago · out of date*. */
export class StudyLenses implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses: Event<void> = this.changed.event;
  private readonly registrations: Disposable[];
  private readonly slurm = hasSlurm();

  constructor(
    private readonly library: ResultLibrary,
    private readonly parts: CommandParts,
  ) {
    this.registrations = [
      languages.registerCodeLensProvider({ language: 'yaml', pattern: '**/*.study.{yaml,yml}' }, this),
      library.onDidChange(() => this.changed.fire()),
      workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()),
    ];
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const file = document.uri;
    const parsed = parseYaml(document.getText());
    if (parsed.errors.length > 0) return [];
    const study = studyOf(parsed);
    const home = homeOf(file);
    const results = knownResultsFolder(home);
    const place = { folder: parent(file).fsPath, workspace: home.fsPath, results, name: studyNameOf(basename(file)) };
    const { plan } = planStudy(study, place);
    const shared = sharedSettings(study.settings, home.fsPath, this.parts.engine.cacheFolder);
    const settings = { ...shared, file: file.fsPath };
    let found: Promise<ReadonlyMap<string, RunState>> | undefined;
    const states = () => (found ??= this.statesOf(plan.runs, settings));
    const all: Command = {
      title: `$(run-all) ${l10n.t('Run Study')}`,
      command: 'brainlens.runStudy',
      arguments: [file],
    };
    const lenses = study.analyses.flatMap((analysis) => {
      const { start, end } = analysis.nameSpan;
      const range = new Range(document.positionAt(start), document.positionAt(end));
      const analysed = { analysis, runs: plan.runs.filter((run) => run.analysis === analysis.name) };
      const commands = actionsOf(file, analysed, workspace.isTrusted).map((command) => new CodeLens(range, command));
      return [...commands, new StateLens(range, analysed, states)];
    });
    if (!workspace.isTrusted) return lenses;
    const top = new Range(0, 0, 0, 0);
    const slurm: Command = {
      title: `$(server) ${l10n.t('Run on Slurm')}`,
      command: 'brainlens.runOnSlurm',
      arguments: [file],
    };
    const onCluster = this.slurm ? [new CodeLens(top, slurm)] : [];
    return [new CodeLens(top, all), ...onCluster, ...lenses];
  }

  async resolveCodeLens(lens: CodeLens): Promise<CodeLens> {
    if (lens instanceof StateLens) lens.command = await this.stateOf(lens);
    return lens;
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    this.changed.dispose();
  }

  /** "last: peak layer 17, r = 0.31, 2 h ago · out of date (…)" */
  private async stateOf({ analysed: { runs }, states: all }: StateLens): Promise<Command> {
    const known = await all();
    const states = runs.map(({ id }) => known.get(id));
    const results = new Map((await this.library.list()).map((result) => [result.folder.fsPath, result]));
    const made = runs.flatMap((run) => results.get(Uri.file(run.out).fsPath) ?? []);
    const newest = made.toSorted((a, b) => b.created.getTime() - a.created.getTime())[0];
    const last = newest === undefined ? [] : [l10n.t('last: {0}', told(newest, new Date()))];
    const waiting = workspace.isTrusted ? [] : [l10n.t('nothing runs in a restricted workspace')];
    const title = [...last, ...inWords(states), ...waiting].join(' · ');
    if (newest === undefined) return { title, command: '' };
    return { title, tooltip: newest.summary, command: RESULT_COMMANDS.open, arguments: [newest.folder] };
  }

  /** As `brainlens run --dry-run` tells them. Runs of which it cannot be told are left out; all in a restricted workspace. */
  private async statesOf(runs: readonly StudyRun[], around: StudySurroundings): Promise<ReadonlyMap<string, RunState>> {
    if (!workspace.isTrusted) return new Map();
    const untold = new Set<string>();
    const all = await statesOf(runs, async (turn) => {
      const state = await this.look(turn, around);
      if (state === undefined) untold.add(turn.run.id);
      return state ?? { kind: 'missing' };
    });
    return new Map(all.flatMap(({ run: { id }, state }) => (untold.has(id) ? [] : [[id, state]])));
  }

  /** `undefined` where it cannot be told, as the settings are refused (and underlined). */
  private async look({ run, input }: Turn, around: StudySurroundings): Promise<RunState | undefined> {
    try {
      return await lookAt(run, input, around, this.parts);
    } catch (error) {
      if (!(error instanceof Cancelled)) this.parts.log.debug(`${run.label}: ${String(error)}`);
      return undefined;
    }
  }
}

/** What can be done with an analysis. */
function actionsOf(file: Uri, { analysis, runs }: Analysed, trusted: boolean): Command[] {
  const { name } = analysis;
  const run: Command = {
    title: `$(play) ${l10n.t('Run')}`,
    command: 'brainlens.runStudy',
    arguments: [file, { only: name }],
  };
  const made = runs.filter(({ out }) => existsSync(out));
  const compared = made.filter(({ out }) => existsSync(previousFolder(out)));
  const open: Command = {
    title: l10n.t('Open'),
    command: RESULT_COMMANDS.open,
    arguments: [Uri.file(made[0]?.out ?? '')],
  };
  const compare: Command = {
    title: l10n.t('Compare with Previous'),
    command: 'brainlens.comparePrevious',
    arguments: [Uri.file(compared[0]?.out ?? '')],
  };
  return [...(trusted ? [run] : []), ...(made.length > 0 ? [open] : []), ...(compared.length > 0 ? [compare] : [])];
}
