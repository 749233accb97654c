import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readNpyFile } from '../data/npy-file';
import type { NdArray } from '../shared/analysis';
import type { Figure } from '../shared/figure';
import { reportHtml } from '../shared/report';
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
 * @throws UserError where figures or arrays are missing, or `out` cannot be written; then nothing is left behind
 */
export async function writeReport(
  folder: string,
  result: ResultFile,
  out: string,
  assets: ReportAssets,
): Promise<void> {
  const figures = await readFigures(folder);
  const arrays: Record<string, NdArray> = {};
  for (const file of arrayFiles(figures.figures)) arrays[file] = await readNpyFile(join(folder, file));
  const partial = join(dirname(out), `.report.partial-${process.pid}`);
  try {
    await writeFile(partial, reportHtml({ result, figures, arrays, ...assets }));
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    throw writeProblem(out, error);
  }
}

function arrayFiles(figures: readonly Figure[]): string[] {
  return figures.flatMap((figure) => (figure.kind === 'map' && figure.array !== undefined ? [figure.array] : []));
}
