import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { activation } from './activation';
import { contributedCommands } from './commands';
import { contributions } from './contributions';
import { modelMenus } from './modelMenus';
import { nextToCode } from './nextToCode';
import { resultEditor } from './resultEditor';
import { studyFiles } from './studyFiles';

/** Entry that VS Code's extension host calls: runs every suite and writes the counts where run.mjs reads them. */
export async function run(): Promise<void> {
  const report = process.env['BRAINLENS_HOST_REPORT'];
  if (report === undefined) throw new Error('BRAINLENS_HOST_REPORT is not set');
  // The base reporter prints nothing: the counts go into the file.
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: Mocha.reporters.Base });
  mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
  for (const suite of [
    activation,
    contributions,
    contributedCommands,
    modelMenus,
    resultEditor,
    nextToCode,
    studyFiles,
  ])
    suite();
  const lines: string[] = [];
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', (test) => lines.push(`  ok ${test.fullTitle()}`))
      .on('fail', (test, error: Error) => lines.push(`  FAILED ${test.fullTitle()}\n${error.stack ?? error.message}`));
  });
  writeFileSync(report, JSON.stringify({ lines, failed: failures, passed: lines.length - failures }));
}
