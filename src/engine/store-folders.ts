import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  rmdirSync,
} from 'node:fs';
import { basename, dirname, join, parse } from 'node:path';
import { UserError } from '../shared/errors';
import { REPORT_START } from '../shared/report';
import { resultSchema } from '../shared/result';
import { RESULTS_FOLDER } from '../shared/results-folder';

/** What may lie where a result is to go. */
export type Occupant = 'nothing' | 'result' | 'other';

/** The hidden sibling in which process `pid` builds the result folder `out`. */
export function partialFolder(out: string, pid: number): string {
  return join(dirname(out), `.${basename(out)}.partial-${pid}`);
}

/** Where a run that writes to `out` keeps what is worth having should it be cancelled. */
export function keptFolder(out: string): string {
  return `${out}-checkpoint`;
}

/** Where the result lies that the one at `out` has taken the place of, where that was kept. */
export function previousFolder(out: string): string {
  return join(dirname(out), '.previous', basename(out));
}

/**
 * `.brainlens/localize-20260131-235959`: the default result folder of a run that starts at `now` (local time).
 * @param results the folder of results
 */
export function defaultResultFolder(verb: string, now: Date, results = RESULTS_FOLDER): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  return join(results, `${verb.replaceAll(' ', '-')}-${day}-${time}`);
}

/** The n-th candidate for a default folder: `out`, `out-2`, `out-3`, … */
export function numbered(out: string, n: number): string {
  return n === 1 ? out : `${out}-${n}`;
}

/** What lies at `folder`. An empty folder counts as nothing; a folder whose `result.json` is not ours as `other`. */
export function occupantOf(folder: string): Occupant {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return existsSync(folder) ? 'other' : 'nothing';
  }
  if (names.length === 0) return 'nothing';
  return isResult(folder) ? 'result' : 'other';
}

/**
 * Refuses a target that a run must not write to.
 * @throws UserError when `out` holds a result and `force` is off, or anything that Brainlens did not write
 */
export function assertWritable(out: string, force: boolean): void {
  const occupant = occupantOf(out);
  if (occupant === 'other') {
    throw new UserError(`${out} exists and is not a Brainlens result`, 'Choose another folder for the result (--out).');
  }
  if (occupant === 'result' && !force) {
    throw new UserError(`${out} holds another result`, 'Choose another folder (--out), or replace it with --force.');
  }
}

/**
 * Puts the finished folder `partial` in the place of `out`. A result that lies there is replaced; files in it that
 * Brainlens did not write move over to the new one, under a free name where theirs is taken.
 * @param keepPrevious the result that is replaced stays, in `previousFolder(out)`
 * @throws the `node:fs` error when a rename fails; the old result is then back in its place
 */
export function moveIntoPlace(partial: string, out: string, pid: number, keepPrevious = false): void {
  if (occupantOf(out) !== 'result') {
    if (existsSync(out)) rmdirSync(out);
    renameSync(partial, out);
    return;
  }
  const old = replacedFolder(out, pid);
  renameSync(out, old);
  try {
    renameSync(partial, out);
  } catch (error) {
    renameSync(old, out);
    throw error;
  }
  retire(old, out, keepPrevious);
}

/**
 * Removes what a killed process `pid` left of the result `out`: its partial folder, and a replacement broken off half-way
 * (the old result comes back when the new one is not in place). Nothing there is no error.
 */
export function discardPartial(out: string, pid: number): void {
  rmSync(partialFolder(out, pid), { recursive: true, force: true });
  rmSync(partialFolder(keptFolder(out), pid), { recursive: true, force: true });
  const old = replacedFolder(out, pid);
  if (!existsSync(old)) return;
  if (existsSync(out)) retire(old, out);
  else renameSync(old, out);
}

function replacedFolder(out: string, pid: number): string {
  return join(dirname(out), `.${basename(out)}.replaced-${pid}`);
}

/**
 * Removes an old result, or keeps it; what in it is not ours moves to the folder that took its place. Of what was kept
 * before, only what is ours goes.
 */
function retire(old: string, out: string, keep = false): void {
  carryOver(old, out);
  if (!keep) return rmSync(old, { recursive: true, force: true });
  const previous = previousFolder(out);
  mkdirSync(dirname(previous), { recursive: true });
  if (existsSync(previous)) carryOver(previous, old);
  rmSync(previous, { recursive: true, force: true });
  renameSync(old, previous);
}

/** Moves the files that Brainlens did not write, under a free name where theirs is taken. */
function carryOver(from: string, to: string): void {
  const ours = filesOfResult(from);
  for (const name of readdirSync(from)) {
    if (!ours.has(name)) renameSync(join(from, name), join(to, freeName(to, name)));
  }
}

/** `notes.md`, or `notes-2.md` where that lies in the folder. */
function freeName(folder: string, name: string): string {
  const { name: stem, ext } = parse(name);
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${stem}-${n}${ext}`;
    if (!existsSync(join(folder, free))) return free;
  }
}

/** Files of a result folder that Brainlens wrote; a report only where it is one of ours. */
function filesOfResult(folder: string): Set<string> {
  const parsed = isResult(folder)
    ? resultSchema.safeParse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')))
    : undefined;
  if (parsed?.success !== true) return new Set(hasReport(folder) ? [REPORT] : []);
  const { arrays = [], files = [] } = parsed.data;
  const report = hasReport(folder) ? [REPORT] : [];
  return new Set(['result.json', 'figures.json', ...report, ...arrays.map((array) => array.file), ...files]);
}

/** The file of a report, where no other is named. */
const REPORT = 'report.html';

/** Whether `brainlens report` has written into a result folder. */
export function hasReport(folder: string): boolean {
  try {
    const file = openSync(join(folder, REPORT), 'r');
    try {
      const start = Buffer.alloc(Buffer.byteLength(REPORT_START));
      readSync(file, start, 0, start.length, 0);
      return start.toString('utf8') === REPORT_START;
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/**
 * What became of the report of a result that another has taken the place of, in one line.
 * @param out the result folder that had a report before the run
 * @returns `undefined` where it still has one
 */
export function reportMoved(out: string): string | undefined {
  if (hasReport(out)) return undefined;
  const previous = previousFolder(out);
  const where = hasReport(previous) ? `lies in ${previous}` : 'went with the result that was replaced';
  return `the report of ${basename(out)} ${where}: write it again with brainlens report ${out}`;
}

function isResult(folder: string): boolean {
  try {
    return resultSchema.safeParse(JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'))).success;
  } catch {
    return false;
  }
}
