// Getting a model, as a person does: searched for, its size said first, cancelled, gone on with; a token that stays secret.
import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const TOKEN = 'hf_nobodyMayReadThis';
const WEIGHTS = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 2654435761) >>> 24));
const STALLED = 1_000_000;

/** The hub of the unit tests, on this machine. */
async function localHub(test) {
  const outfile = join(test.results, 'local-hub.mjs');
  const entryPoints = [join(test.root, 'test/unit/hub/local-hub.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'warning' });
  const { LocalHub } = await import(pathToFileURL(outfile).href);
  const fixture = (name) => readFileSync(join(test.root, 'samples/models/tiny-random', name));
  const hub = new LocalHub({
    'config.json': { content: fixture('config.json') },
    'tokenizer.json': { content: fixture('tokenizer.json') },
    'model.safetensors': { content: WEIGHTS, large: true },
    'pytorch_model.bin': { content: Buffer.alloc(5000) },
  });
  await hub.start();
  return hub;
}

async function fromHub(test) {
  const hub = await localHub(test);
  const settings = join(test.profile, 'data/Machine/settings.json');
  mkdirSync(join(test.profile, 'data/Machine'), { recursive: true });
  writeFileSync(settings, JSON.stringify({ 'brainlens.hubEndpoint': hub.address }));
  const folder = join(test.workspace, 'models/tiny');
  rmSync(folder, { recursive: true, force: true });
  try {
    await downloaded(test, hub, folder);
    assert.deepEqual(filesWith(join(test.profile, 'data'), TOKEN), [], 'no setting, log or state holds the token');
    assert.deepEqual(filesWith(test.workspace, TOKEN), []);
  } finally {
    await hub.stop();
    rmSync(settings);
    rmSync(join(test.workspace, 'models'), { recursive: true, force: true });
  }
}

async function downloaded(test, hub, folder) {
  const window = await test.window();
  const { page } = window;
  window.expectError(/lab\/tiny is not on 127\.0\.0\.1.* or not for everyone/);
  await window.command('Brainlens: Download Model');
  await search(window, 'tiny');
  const search1 = await window.quickPick(/1,200 downloads, 7 likes/);
  await test.picture(window, '1-search');
  // From here on the hub knows only those who say who they are.
  hub.moods.token = TOKEN;
  await search1.locator('.monaco-list-row', { hasText: 'lab/tiny' }).first().click();
  const refused = window.notification(/lab\/tiny is not on .* or not for everyone/);
  await refused.getByRole('button', { name: 'Set Hugging Face Token…' }).click();
  const question = await window.quickPick(/It is kept in the secret storage/);
  const field = question.locator('input').first();
  assert.equal(await field.getAttribute('type'), 'password');
  await field.fill(TOKEN);
  await test.picture(window, '2-token');
  await page.keyboard.press('Enter');

  const files = await window.quickPick(/Which files\?/);
  const size = /3\.\d+ MB in 3 files/;
  await files.getByText(size).first().waitFor();
  await files.locator('.monaco-list-row', { hasText: 'safetensors' }).first().click();
  const place = await window.quickPick(/3\.\d+ MB are to be fetched\. Into which folder\?/);
  await test.picture(window, '3-size');
  assert.equal(hub.storageSeen.length, 0, 'the size is said before anything is fetched');
  hub.moods.stalls.push(STALLED);
  await place.locator('.monaco-list-row', { hasText: 'models/tiny' }).first().click();
  const progress = window.notification('Downloading lab/tiny');
  await progress.getByText(/model\.safetensors: .* of 3\.\d+ MB/).waitFor();
  const partial = () => readdirSync(folder).find((name) => /^model.*\.incomplete$/.test(name));
  const fetched = () => (partial() === undefined ? 0 : statSync(join(folder, partial())).size);
  for (let i = 0; i < 600 && fetched() < STALLED; i++) await page.waitForTimeout(50);
  await test.picture(window, '4-progress');
  await progress.hover();
  await progress.getByRole('button', { name: 'Cancel' }).click();
  await window.notification(/The download was cancelled. What was fetched stays in models\/tiny/).waitFor();
  assert.equal(fetched(), STALLED);
  assert.equal(existsSync(join(folder, 'model.safetensors')), false);
  await window.clearNotifications();

  await window.command('Brainlens: Download Model');
  await search(window, 'lab/tiny');
  await (await window.quickPick('lab/tiny')).locator('.monaco-list-row', { hasText: 'lab/tiny' }).first().click();
  const again = await window.quickPick(/Which files\?/);
  await again.locator('.monaco-list-row', { hasText: 'safetensors' }).first().click();
  const rest = await window.quickPick(/2\.\d+ MB are still missing/);
  await test.picture(window, '5-resumed');
  await rest.locator('.monaco-list-row', { hasText: 'models/tiny' }).first().click();
  await window.notification(/lab\/tiny \(3\.\d+ MB\) lies in models\/tiny/).waitFor();
  await test.picture(window, '6-done');
  assert.equal(hub.storageSeen.at(-1).range, `bytes=${STALLED}-`);
  assert.ok(
    hub.storageSeen.every(({ authorization }) => authorization === undefined),
    'storage never sees the token',
  );
  assert.equal(hub.seen.at(-1).authorization, `Bearer ${TOKEN}`);
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model.safetensors', 'tokenizer.json']);
  assert.ok(WEIGHTS.equals(readFileSync(join(folder, 'model.safetensors'))));

  await window.command('Brainlens: Forget Hugging Face Token');
  await window.notification(/The token for 127\.0\.0\.1:\d+ is forgotten/).waitFor();
}

async function search(window, text) {
  const pick = await window.quickPick(/Download Model from 127\.0\.0\.1/);
  await pick.locator('input').first().fill(text);
}

/** Files below a folder that hold a text. */
function filesWith(folder, text) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

export const downloads = [
  { name: 'download: searched, size said first, cancelled, gone on with; the token stays secret', run: fromHub },
];
