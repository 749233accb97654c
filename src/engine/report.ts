import { existsSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readStart } from '../data/files';
import { readNpyFile } from '../data/npy-file';
import type { NdArray } from '../shared/analysis';
import { requireArrayName } from '../shared/array-name';
import type { Figure } from '../shared/figure';
import { UserError } from '../shared/errors';
import { REPORT_START, reportHtml } from '../shared/report';
import type { ResultFile } from '../shared/result';
import { readFigures, writeProblem } from './store';

/** The panel's script and style, which a report carries inside. */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

/** Reads the panel's bundle. @param folder `webview/` beside the bundled command line */
export async function readAssets(folder: string): Promise<ReportAssets> {
  const [script, style] = await Promise.all([
    readFile(join(folder, 'panel.js'), 'utf8'),
    readFile(join(folder, 'panel.css'), 'utf8'),
  ]);
  return { script, style };
}

/**
 * Writes the self-contained HTML report of a result.
 * @param folder the result folder, already read as `result`
 * @param out the HTML file
 * @throws UserError where something other than a report lies at `out`, figures or arrays are missing, or `out` cannot be written; then nothing is left behind
 */
export async function writeReport(
  folder: string,
  result: ResultFile,
  out: string,
  assets: ReportAssets,
): Promise<void> {
  await assertReplaceable(out);
  const figures = await readFigures(folder);
  const arrays: Record<string, NdArray> = {};
  for (const file of arrayFiles(figures.figures)) {
    requireArrayName(file);
    arrays[file] = await readNpyFile(join(folder, file));
  }
  const partial = join(dirname(out), `.report.partial-${process.pid}`);
  try {
    await writeFile(partial, reportHtml({ result, figures, arrays, ...assets }));
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    throw writeProblem(out, error);
  }
}

/** Only a report may be replaced. @throws UserError */
async function assertReplaceable(out: string): Promise<void> {
  if (!existsSync(out)) return;
  if (statSync(out).isFile()) {
    const start = new TextDecoder().decode(await readStart(out, REPORT_START.length));
    if (start === REPORT_START) return;
  }
  throw new UserError(`${out} exists and is not a Brainlens report`, 'Choose another file for the report (--out).');
}

function arrayFiles(figures: readonly Figure[]): string[] {
  return figures.flatMap((figure) => (figure.kind === 'map' && figure.array !== undefined ? [figure.array] : []));
}
