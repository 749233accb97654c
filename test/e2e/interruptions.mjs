// Runs that do not end well: cancelled, or their process killed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { acceptDefaults, chooseLocalize, drawnPanel, results } from './localization.mjs';

const NO_PROCESS_WITHIN = 10_000;

/** Processes that run our engine below this server. */
function engines(server) {
  const children = new Map();
  const commands = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
      children.set(parent, [...(children.get(parent) ?? []), pid]);
      commands.set(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    } catch {
      // It has ended since the list was made.
    }
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(String(server.pid)).filter((pid) => /dist[\\/]engine\.js/.test(commands.get(pid) ?? ''));
}

async function running(test) {
  const window = await test.window();
  await chooseLocalize(window, 'slow-random');
  await acceptDefaults(window);
  const progress = window.notification('Localizing units in slow-random');
  await progress.getByText(/\d+ of \d+ stimuli.*\/s.* left/).waitFor();
  return { window, progress };
}

async function cancel(test) {
  const before = results(test.workspace);
  const { window, progress } = await running(test);
  await test.picture(window, '1-progress');
  const [engine] = engines(test.server);
  assert.ok(engine, 'an engine runs');
  await progress.hover();
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await progress.waitFor({ state: 'hidden' });
  for (const end = Date.now() + NO_PROCESS_WITHIN; engines(test.server).includes(engine);) {
    assert.ok(Date.now() < end, 'the engine process has ended');
    await window.page.waitForTimeout(50);
  }
  await window.page.waitForTimeout(500);
  await test.picture(window, '2-cancelled');
  assert.deepEqual(results(test.workspace), before, 'nothing is left');
  assert.equal(await window.page.locator('.notification-list-item').count(), 0, 'no message: the person asked for it');
}

async function killed(test) {
  const before = results(test.workspace);
  const { window } = await running(test);
  window.expectError(/^Brainlens: The engine was killed/);
  const [engine] = engines(test.server);
  execFileSync('kill', ['-9', engine]);
  const message = window.notification(/SIGKILL|killed/);
  await message.waitFor();
  await test.picture(window, '1-message');
  assert.match(await message.innerText(), /Show Log/);
  assert.deepEqual(results(test.workspace), before, 'nothing is left');
  await window.clearNotifications();
  await chooseLocalize(window, 'tiny-random');
  await acceptDefaults(window);
  await drawnPanel(window);
  await test.picture(window, '2-next-run');
  assert.notDeepEqual(engines(test.server), [engine]);
  assert.equal(results(test.workspace).length, before.length + 1);
}

export const interruptions = [
  { name: 'a cancelled run leaves nothing behind', run: cancel },
  { name: 'kill -9 of the engine: VS Code stays, says so, and the next run works', run: killed },
];
