import type { Uri } from 'vscode';
import { l10n, window } from 'vscode';
import { readResult } from '../engine/store';
import { messageOf } from '../shared/errors';
import { count } from '../shared/words';
import { alignmentFacts, commonCovariates, otherRecordings } from './alignmentFacts';
import type { AlignmentFacts } from './alignmentFacts';
import { basename } from './paths';
import type { Candidate } from './severalChoice';
import { askSeveral } from './severalStep';
import { askStep } from './steps';
import type { Answer, Choice, Place } from './steps';
import type { WorkspaceResults } from './workspaceResults';

/** A result of `align` that can be held against others. */
export interface ChosenAlignment {
  readonly folder: Uri;
  readonly facts: AlignmentFacts;
}

/** What the best layers of units are held against: a number stored with them, or a column of a table. */
export interface Covariate {
  readonly covariate: string;
  readonly table?: Uri;
}

/**
 * Asks for one or more results of `align` of the same units; those that do not go with the chosen ones say why.
 * @param picked result folders that are checked at first
 */
export async function askAlignments(
  title: string,
  place: Place,
  results: WorkspaceResults,
  picked: readonly Uri[],
): Promise<Answer<readonly ChosenAlignment[]>> {
  const folders = (await results.list('align')).map(({ folder }) => folder);
  const candidates = await Promise.all(folders.map(candidateOf));
  const paths = picked.map(({ path }) => path);
  const answer = await askSeveral({
    title,
    ...place,
    placeholder: l10n.t('Which alignments? One for each model, with the same recordings'),
    candidates: candidates.toSorted((a, b) => Number(a.unfit !== undefined) - Number(b.unfit !== undefined)),
    picked: candidates.map(({ value }) => value).filter(({ folder }) => paths.includes(folder.path)),
    least: 1,
    tooFew: l10n.t('Choose at least one alignment.'),
    refusal: ([first], { facts }) => first && otherRecordings(first.facts, facts),
  });
  return answer?.kind === 'other' ? undefined : answer;
}

async function candidateOf(folder: Uri): Promise<Candidate<ChosenAlignment>> {
  const label = `$(pulse) ${basename(folder)}`;
  try {
    const file = await readResult(folder.fsPath);
    const facts = alignmentFacts(file);
    if ('unfit' in facts) return unfit(folder, label, facts.model, facts.unfit);
    const description = `${facts.model} · ${facts.dataset} · ${facts.method}`;
    return { label, description, detail: file.summary, value: { folder, facts } };
  } catch (error) {
    return unfit(folder, label, '', messageOf(error));
  }
}

function unfit(folder: Uri, label: string, description: string, reason: string): Candidate<ChosenAlignment> {
  const facts = {
    model: '',
    hashes: '',
    dataset: '',
    method: '',
    data: [],
    units: [],
    covariates: new Map<string, number>(),
  };
  return { label, description, value: { folder, facts }, unfit: reason };
}

/** Asks what the best layers are held against. */
export async function askCovariate(
  title: string,
  place: Place,
  alignments: readonly ChosenAlignment[],
): Promise<Answer<Covariate>> {
  const units = alignments[0]!.facts.units.length;
  const known = commonCovariates(alignments.map(({ facts }) => facts));
  const choices: Choice<Covariate | 'table'>[] = [...known]
    .sort(([, a], [, b]) => Number(b > 0) - Number(a > 0))
    .map(([covariate, finite]) => ({
      label: `$(${finite > 0 ? 'symbol-numeric' : 'circle-slash'}) ${covariate}`,
      description: l10n.t('{0} of {1} units have it', count(finite), count(units)),
      ...(finite > 0 && { value: { covariate } }),
    }));
  choices.push({
    label: `$(table) ${l10n.t('Column of a Table…')}`,
    description: l10n.t('CSV or TSV with the columns name and, where units of several subjects share names, subject'),
    value: 'table',
  });
  for (;;) {
    const placeholder = l10n.t('Against what? A distance, a latency, or another number of every unit');
    const pick = await askStep({ title, ...place, placeholder, choices });
    if (pick?.kind !== 'chosen') return pick;
    const value = pick.value === 'table' ? await askTable(title) : pick.value;
    if (value !== undefined) return { kind: 'chosen', value };
  }
}

async function askTable(title: string): Promise<Covariate | undefined> {
  const [table] =
    (await window.showOpenDialog({
      title: l10n.t('Table of units'),
      openLabel: l10n.t('Use This Table'),
      filters: { [l10n.t('Tables')]: ['csv', 'tsv', 'jsonl', 'parquet'] },
    })) ?? [];
  if (table === undefined) return undefined;
  const covariate = await window.showInputBox({
    title,
    prompt: l10n.t('Column of {0} with a number of every unit', basename(table)),
    ignoreFocusOut: true,
    validateInput: (typed) => (typed.trim() === '' ? l10n.t('The name of a column') : undefined),
  });
  return covariate === undefined ? undefined : { covariate: covariate.trim(), table };
}
