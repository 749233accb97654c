import { basename } from 'node:path';
import { stringify } from 'yaml';
import { UserError } from '../../shared/errors';
import { filesOf } from '../files';
import { isArrayFile } from './arrays';
import { surveyTable } from './survey';
import type { ColumnSurvey, TableSurvey } from './survey';

const TEXT = /^(sentence|text|stimulus|stim|word)s?$/i;
const ID = /^(id|.*[_ ]id|item|item[_ ]?(nr|num(ber)?)|stimulus[_ ]?(id|num))$/i;
const GROUP = /^(passage|story|group|sent(ence)?[_ ]?id|paragraph|document|topic).*$/i;
const SUBJECT = /^(subject|participant|subj|sub|uid)([_ ]?id)?$/i;
const REPETITION = /^(rep(etition|eat)?|trial)$/i;
const UNIT = /^(unit|neuroid|electrode|channel|region|roi|voxel)([_ ]?id)?$/i;
const VALUE = /^(value|response|bold|amplitude|score|y)$/i;
const SUMMARY = /(^|[_. -])(mean|netw|network|avg|average|all|total)($|[_. -])/i;
const CEILING = /ceiling|reliab|split.?half/i;
const NUISANCE = /(^|[_. -])(length|len|freq(uency)?|log10|word[_ ]?rate|position|pos)($|[_. -])/i;

/** A first manifest for a folder, and how it came about. */
export interface ManifestProposal {
  /** YAML with comments; paths are relative to the folder. */
  readonly text: string;
  /** One line for each thing understood. */
  readonly notes: readonly string[];
}

interface Parts {
  readonly lines: string[];
  readonly notes: string[];
}

/**
 * Proposes a dataset manifest from the tables and arrays of a folder, by the names and contents of their columns. It is a
 * first draft for a person to check.
 * @throws UserError where no table has a column of texts
 */
export async function describeFolder(folder: string): Promise<ManifestProposal> {
  const files = await filesOf(folder);
  const tables = (await Promise.all(files.map(surveyTable))).filter((table) => table !== undefined);
  const stimuli = stimulusTable(tables);
  if (stimuli === undefined) {
    throw new UserError(
      `${folder} holds no table with a column of texts`,
      'Put the stimuli there as .csv, .tsv, .jsonl or .parquet, one row per sentence or word.',
    );
  }
  const { table, text } = stimuli;
  const id = idOf(table);
  const group = table.columns.find(({ name, distinct }) => name !== id && GROUP.test(name) && !distinct)?.name;
  const parts: Parts = {
    lines: [
      '# A first draft by Brainlens from the names of files and columns: check every line.',
      `name: ${yaml(basename(folder))}`,
      '# cite: Authors year, journal',
      `stimuli: ${yaml({ file: table.file, text, ...(id && { id }), ...(group && { group }) })}`,
    ],
    notes: [
      `Stimuli: ${table.file}, ${table.rows} rows, text in "${text}"${id ? `, id in "${id}"` : ', no column of ids'}.`,
    ],
  };
  responses(
    parts,
    tables,
    files.map((file) => basename(file)),
    { table, text, id, group },
  );
  if (/^word/i.test(text)) {
    parts.lines.push(
      'granularity: word',
      '# Rows out of reading order, or words missing? Name the column of the text before each word with context.',
      `words: ${yaml({ word: text, ...(group && { run: group }) })}`,
    );
  } else parts.lines.push('granularity: sentence');
  return { text: `${parts.lines.join('\n')}\n`, notes: parts.notes };
}

function stimulusTable(tables: readonly TableSurvey[]): { table: TableSurvey; text: string } | undefined {
  const candidates = tables.flatMap((table) =>
    table.columns
      .filter(({ name, numeric, words }) => !numeric && (TEXT.test(name) || words >= 3))
      .map(({ name, words, distinct }) => ({
        table,
        text: name,
        rank: (TEXT.test(name) ? 100 : 0) + (distinct ? 50 : 0) + (idOf(table) === undefined ? 0 : 40) + words,
      })),
  );
  const best = candidates.sort((a, b) => b.rank - a.rank)[0];
  if (best === undefined) return undefined;
  const { table, text } = best;
  const repeats = table.columns.some(({ name, distinct }) => name === text && !distinct);
  const word = table.columns.find(({ name, numeric }) => /^word$/i.test(name) && !numeric);
  return { table, text: repeats && word !== undefined ? word.name : text };
}

function idOf(table: TableSurvey): string | undefined {
  return table.columns.find(({ name, distinct }) => ID.test(name) && distinct)?.name;
}

interface Chosen {
  readonly table: TableSurvey;
  readonly text: string;
  readonly id: string | undefined;
  readonly group: string | undefined;
}

function responses(parts: Parts, tables: readonly TableSurvey[], names: readonly string[], chosen: Chosen): void {
  const others = tables.filter((table) => table !== chosen.table);
  const ceiling = others.find((table) => CEILING.test(table.file) && unitColumn(table) !== undefined);
  const places = others.find((table) => ['x', 'y', 'z'].every((axis) => hasColumn(table, axis)));
  const long = [...others, chosen.table].find(
    (table) => table !== ceiling && table !== places && unitColumn(table) && find(table, VALUE)?.numeric,
  );
  const { id } = chosen;
  const wide = [chosen.table, ...others.filter((table) => id !== undefined && hasColumn(table, id))]
    .filter((table) => table !== ceiling && table !== places)
    .map((table) => ({ table, units: candidateUnits(table, chosen).length }))
    .reduce((most, next) => (next.units > most.units ? next : most));
  if (long !== undefined) longResponses(parts, long, chosen);
  else if (wide.units > 0) wideResponses(parts, wide.table, chosen);
  else arrayResponses(parts, names);
  if (places !== undefined) unitTable(parts, places);
  if (ceiling !== undefined) ceilingTable(parts, ceiling);
}

function longResponses({ lines, notes }: Parts, table: TableSurvey, { id }: Chosen): void {
  const subject = find(table, SUBJECT)?.name;
  const repetition = find(table, REPETITION)?.name;
  const key = id !== undefined && hasColumn(table, id) ? id : find(table, ID)?.name;
  const unit = unitColumn(table)!;
  const value = find(table, VALUE)!.name;
  lines.push(
    `responses: ${yaml({ file: table.file, ...(key && { id: key }), unit, value, ...(subject && { subject }), ...(repetition && { repetition }) })}`,
  );
  notes.push(`Responses: ${table.file}, long: one value ("${value}") per row and "${unit}".`);
}

function candidateUnits(table: TableSurvey, { id, group, text }: Chosen): ColumnSurvey[] {
  const roles = new Set([id, group, text]);
  return table.columns.filter(
    ({ name, numeric }) =>
      numeric && !roles.has(name) && ![ID, GROUP, SUBJECT, REPETITION].some((role) => role.test(name)),
  );
}

function wideResponses({ lines, notes }: Parts, table: TableSurvey, chosen: Chosen): void {
  const candidates = candidateUnits(table, chosen);
  const nuisance = candidates.filter(({ name }) => NUISANCE.test(name)).map(({ name }) => name);
  const units = candidates
    .filter(({ name, constant }) => !nuisance.includes(name) && !constant)
    .map(({ name }) => name);
  const summary = units.length > 1 ? units.filter((name) => SUMMARY.test(name)) : [];
  const columns = units.filter((name) => !summary.includes(name));
  const subject = find(table, SUBJECT)?.name;
  const key = chosen.id !== undefined && hasColumn(table, chosen.id) ? chosen.id : undefined;
  lines.push(
    'responses:',
    `  file: ${yaml(table.file)}`,
    ...(key === undefined ? ['  # no id: rows are in the order of the stimuli'] : [`  id: ${yaml(key)}`]),
    ...(subject === undefined ? [] : [`  subject: ${yaml(subject)}`]),
    `  columns: ${yaml(columns)} # numeric columns: keep those that are responses`,
    ...(summary.length > 0 ? [`  summary: ${yaml(summary)} # contain others: kept out of aggregates`] : []),
  );
  const constant = candidates.filter((column) => column.constant).map(({ name }) => name);
  if (constant.length > 0) lines.push(`  # constant, left out: ${constant.join(', ')}`);
  if (nuisance.length > 0 && table === chosen.table)
    lines.push(`nuisance: ${yaml({ columns: nuisance })} # low-level predictors by their names`);
  notes.push(
    `Responses: ${table.file}, wide: ${columns.length} columns${summary.length > 0 ? `, and ${summary.join(', ')} as summary` : ''}.`,
  );
}

function arrayResponses({ lines, notes }: Parts, names: readonly string[]): void {
  const array = names.find(isArrayFile);
  lines.push(
    array === undefined
      ? 'responses: { file: responses.csv } # not found: name the table or array of the responses'
      : `responses: ${yaml({ file: array })} # rows in the order of the stimuli`,
  );
  notes.push(array === undefined ? 'Responses: none found.' : `Responses: ${array}, rows in the order of the stimuli.`);
}

function unitTable({ lines, notes }: Parts, table: TableSurvey): void {
  const subject = find(table, SUBJECT)?.name;
  const id = unitColumn(table) ?? table.columns.find(({ name }) => /^name$/i.test(name))?.name;
  const taken = new Set([subject, id, 'x', 'y', 'z']);
  const covariates = table.columns.filter(({ name, numeric }) => numeric && !taken.has(name)).map(({ name }) => name);
  lines.push(
    `units: ${yaml({ file: table.file, ...(id && { id }), ...(subject && { subject }), x: 'x', y: 'y', z: 'z', ...(covariates.length > 0 && { covariates }) })}`,
  );
  notes.push(`Units: ${table.file}, with coordinates.`);
}

function ceilingTable({ lines, notes }: Parts, table: TableSurvey): void {
  const value = table.columns.find(({ name, numeric }) => numeric && !SUBJECT.test(name))?.name ?? 'ceiling';
  const kind = /reliab|half/i.test(`${table.file} ${value}`) ? 'reliability' : 'ceiling';
  lines.push(`ceiling: ${yaml({ file: table.file, id: unitColumn(table)!, value, kind })} # ceiling or reliability?`);
  notes.push(`Ceiling: ${table.file}, "${value}" taken for a ${kind}.`);
}

function unitColumn(table: TableSurvey): string | undefined {
  return table.columns.find(({ name, numeric }) => !numeric && (UNIT.test(name) || /^name$/i.test(name)))?.name;
}

function find(table: TableSurvey, name: RegExp): ColumnSurvey | undefined {
  return table.columns.find((column) => name.test(column.name));
}

function hasColumn(table: TableSurvey, name: string): boolean {
  return table.columns.some((column) => column.name === name);
}

/** A value on one line, quoted where YAML needs it. */
function yaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}
