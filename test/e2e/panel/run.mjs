// The panel alone, in Chromium, under the content security policy that VS Code gives it. One line per check.
// `node test/e2e/panel/run.mjs [--shots FOLDER] [--only WORDS]`; a missing Chromium skips by name.
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';
import { findChromium, launch } from './browser.mjs';
import { localization } from './fixture.mjs';
import { looks } from './checks/looks.mjs';
import { maps } from './checks/maps.mjs';
import { tables } from './checks/tables.mjs';
import { memory } from './checks/memory.mjs';
import { actions } from './checks/actions.mjs';
import { runs } from './checks/runs.mjs';
import { trouble } from './checks/trouble.mjs';
import { clouds } from './checks/clouds.mjs';
import { parallelograms } from './checks/parallelogram.mjs';
import { report } from './checks/report.mjs';
import { notebook } from './checks/notebook.mjs';
import { views } from './checks/views.mjs';
import { large } from './checks/large.mjs';

const { values: options } = parseArgs({
  options: { shots: { type: 'string' }, only: { type: 'string', default: '' } },
});
const executable = findChromium();
if (executable === undefined) {
  console.log(
    'SKIP panel in a browser: no Chromium. Install one (Debian: apt-get install chromium) or set BRAINLENS_CHROMIUM.',
  );
  process.exit(0);
}

const built = await bundle();
const browser = await launch(executable);
const data = localization(built.shared);
let passed = 0;
let failed = 0;
for (const group of [
  looks,
  maps,
  tables,
  clouds,
  parallelograms,
  runs,
  memory,
  actions,
  trouble,
  report,
  notebook,
  views,
  large,
]) {
  for (const { name, run } of group({ browser, bundle: built, data, shots: options.shots })) {
    if (!name.includes(options.only)) continue;
    try {
      await run();
      passed += 1;
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(
        `FAILED  ${name}\n        ${String(error.message ?? error)
          .split('\n')
          .join('\n        ')}`,
      );
    }
  }
}
await browser.close();
await built.remove();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
