import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogOutputChannel, SecretStorage } from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ID, LocalHub } from '../hub/local-hub';
import { FakePerson, fakeVscode } from './fake-vscode';
import type { FakePick } from './fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));
const { downloadModel } = await import('../../../src/editor/downloadCommand');

const WEIGHTS = Buffer.alloc(200_000, 7);
const FILES = {
  'config.json': { content: Buffer.from('{}') },
  'tokenizer.json': { content: Buffer.from('{"a":1}') },
  'model.safetensors': { content: WEIGHTS, large: true },
  'pytorch_model.bin': { content: Buffer.alloc(10) },
  'tiny-Q4_1.gguf': { content: Buffer.alloc(50_000, 9), large: true },
};
const TOKEN = 'hf_secret';
const secrets = { get: () => Promise.resolve(TOKEN) } as unknown as SecretStorage;
const logged: string[] = [];
const log = { info: (line: string) => void logged.push(line) } as unknown as LogOutputChannel;

let local: LocalHub;
let workspace: string;
let picks: { title: string; placeholder: string; items: string[] }[];

beforeEach(async () => {
  local = new LocalHub(FILES);
  await local.start();
  workspace = await mkdtemp(join(tmpdir(), 'brainlens-download-'));
  picks = [];
  logged.length = 0;
  person.messages.length = 0;
  person.executed.length = 0;
  Object.assign(person, new FakePerson(), {
    workspaceFolder: workspace,
    settings: { hubEndpoint: local.address },
    messages: person.messages,
    executed: person.executed,
  });
});
afterEach(async () => {
  await local.stop();
  await rm(workspace, { recursive: true, force: true });
});

/** Types an id and takes it, then chooses by label in each further question. */
function answering(...labels: RegExp[]): (pick: FakePick) => void {
  return (pick) => {
    const asked = picks.length;
    if (asked === 0) pick.type(ID);
    const items = pick.items.map(({ label, description = '' }) => `${label} ${description}`.trim());
    picks.push({ title: pick.title, placeholder: pick.placeholder, items });
    pick.choose(asked === 0 ? new RegExp(`^${ID}$`) : labels[asked - 1]!);
  };
}

describe('Download Model from Hugging Face…', () => {
  it('asks no server anything in a restricted workspace', async () => {
    person.trusted = false;
    await downloadModel(secrets, log);
    expect(person.messages).toEqual(['Brainlens downloads nothing in a restricted workspace.']);
    expect(local.seen).toEqual([]);
  });

  it('says the size first, then fetches into models/ of the workspace and offers to go on', async () => {
    person.onPick = answering(/^safetensors$/, /models\/tiny/);
    person.onMessage = (_, [first]) => first;
    await downloadModel(secrets, log);
    expect(picks[1]!.items).toEqual(['safetensors 200 kB in 3 files', 'tiny-Q4_1.gguf 50.0 kB']);
    expect(picks[2]!.placeholder).toBe('200 kB are to be fetched. Into which folder?');
    const folder = join(workspace, 'models/tiny');
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(WEIGHTS.equals(await readFile(join(folder, 'model.safetensors')))).toBe(true);
    expect(person.messages).toEqual([`${ID} (200 kB) lies in models/tiny.`]);
    await vi.waitFor(() => expect(person.executed).toHaveLength(1));
    expect(person.executed[0]).toMatchObject(['brainlens.localize', { path: folder }]);
  });

  it('fetches one GGUF file into a folder elsewhere', async () => {
    person.onPick = answering(/\.gguf$/, /Another Folder/);
    person.onOpenDialog = () => join(workspace, 'elsewhere');
    await downloadModel(secrets, log);
    expect(await readdir(join(workspace, 'elsewhere/tiny'))).toEqual(['tiny-Q4_1.gguf']);
  });

  it('keeps what it has when it is cancelled, says how much is missing the next time, and goes on', async () => {
    person.onPick = answering(/^safetensors$/, /models\/tiny/);
    local.moods.cuts.push(100_000);
    const folder = join(workspace, 'models/tiny');
    const growing = async (): Promise<string[]> =>
      (await readdir(folder)).filter((name) => /^model\.safetensors\.\w{12}\.incomplete$/.test(name));
    const cut = async (): Promise<void> => {
      const [name] = await growing();
      expect((await stat(join(folder, name!))).size).toBe(100_000);
    };
    person.onProgress = (_, cancel) => void vi.waitFor(cut, { timeout: 10_000, interval: 20 }).then(cancel);
    await downloadModel(secrets, log);
    expect(person.messages[0]).toMatch(/^The download was cancelled\. What was fetched stays in models\/tiny/);
    expect(await growing()).toHaveLength(1);
    picks = [];
    person.onProgress = () => undefined;
    person.onPick = answering(/^safetensors$/, /models\/tiny/);
    await downloadModel(secrets, log);
    expect(picks[2]!.items[0]).toBe('$(folder) models/tiny 100 kB are still missing');
    expect(WEIGHTS.equals(await readFile(join(workspace, 'models/tiny/model.safetensors')))).toBe(true);
  });

  it('searches while words are typed, and shows downloads and likes', async () => {
    person.onPick = (pick) => {
      pick.type('ti');
      pick.type('tiny');
      const look = setInterval(() => {
        if (pick.busy) return;
        clearInterval(look);
        picks.push({ title: pick.title, placeholder: '', items: pick.items.map((item) => JSON.stringify(item)) });
        pick.leave();
      }, 10);
    };
    await downloadModel(secrets, log);
    expect(picks[0]!.items.join()).toContain('1,200 downloads, 7 likes');
    expect(local.seen.map(({ path }) => new URL(path, local.address).searchParams.get('search'))).toEqual(['tiny']);
  });

  it('asks for a token where the hub wants one, keeps it in the secret storage, and goes on', async () => {
    local.moods.token = TOKEN;
    const kept = new Map<string, string>();
    const empty = {
      get: (key: string) => Promise.resolve(kept.get(key)),
      store: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
    } as unknown as SecretStorage;
    person.onPick = answering(/^safetensors$/, /models\/tiny/);
    person.onMessage = (_, [first]) => first;
    person.onInput = () => TOKEN;
    await downloadModel(empty, log);
    expect(person.messages[0]).toMatch(/^Brainlens: lab\/tiny is not on .*, or not for everyone/);
    expect([...kept]).toEqual([[`brainlens.hubToken ${local.address}`, TOKEN]]);
    expect(WEIGHTS.equals(await readFile(join(workspace, 'models/tiny/model.safetensors')))).toBe(true);
  });

  it('ends without a second message where the person gives no token', async () => {
    local.moods.token = TOKEN;
    const none = { get: () => Promise.resolve(undefined) } as unknown as SecretStorage;
    person.onPick = answering(/^safetensors$/, /models\/tiny/);
    await downloadModel(none, log);
    expect(person.messages).toHaveLength(1);
    expect(local.storageSeen).toEqual([]);
  });

  it('writes the token neither into the log nor into what is shown', async () => {
    local.moods.token = TOKEN;
    const shown: string[] = [];
    const answer = answering(/^safetensors$/, /models\/tiny/);
    person.onPick = (pick) => {
      answer(pick);
      shown.push(JSON.stringify(picks));
    };
    person.onProgress = (message) => void shown.push(message);
    await downloadModel(secrets, log);
    expect(logged).toHaveLength(2);
    expect(local.seen.every(({ authorization }) => authorization === `Bearer ${TOKEN}`)).toBe(true);
    expect([...logged, ...shown, ...person.messages].join()).not.toContain(TOKEN);
  });
});
