import { appendFileSync, mkdirSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Prints every skipped test with its reason and appends it to test-results/skips.txt, which CI holds against test/skips.txt. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        const line = `SKIP ${test.fullName}: ${reason ?? 'no reason given'}`;
        console.log(line);
        mkdirSync('test-results', { recursive: true });
        appendFileSync('test-results/skips.txt', `${line}\n`);
      }
    }
  }
}
