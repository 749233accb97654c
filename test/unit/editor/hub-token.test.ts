import type { SecretStorage } from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const asked = vi.hoisted(() => ({
  endpoint: '',
  answer: undefined as string | undefined,
  said: [] as string[],
  box: {},
}));
vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)])),
  },
  window: {
    showInputBox: (box: object) => {
      asked.box = box;
      return Promise.resolve(asked.answer);
    },
    showInformationMessage: (text: string) => Promise.resolve(void asked.said.push(text)),
  },
  workspace: { getConfiguration: () => ({ get: () => asked.endpoint }) },
}));
const { currentHub, forgetHubToken, setHubToken } = await import('../../../src/editor/hubToken');

/** VS Code's secret storage, in memory. */
function storage(): { secrets: SecretStorage; stored: Map<string, string> } {
  const stored = new Map<string, string>();
  const secrets = {
    get: (key: string) => Promise.resolve(stored.get(key)),
    store: (key: string, value: string) => Promise.resolve(void stored.set(key, value)),
    delete: (key: string) => Promise.resolve(void stored.delete(key)),
  };
  return { secrets: secrets as unknown as SecretStorage, stored };
}

const { secrets, stored } = storage();
beforeEach(() => {
  vi.stubEnv('HF_ENDPOINT', '');
  Object.assign(asked, { endpoint: '', answer: undefined, said: [], box: {} });
  stored.clear();
});
afterEach(() => vi.unstubAllEnvs());

describe('the token of the hub', () => {
  it('is asked for as a password and kept in the secret storage', async () => {
    asked.answer = ' hf_abc ';
    await setHubToken(secrets);
    expect(asked.box).toMatchObject({ password: true });
    expect([...stored.values()]).toEqual(['hf_abc']);
    expect(await currentHub(secrets)).toEqual({ address: 'https://huggingface.co', token: 'hf_abc' });
  });

  it('is in nothing that is said', async () => {
    asked.answer = 'hf_abc';
    await setHubToken(secrets);
    await forgetHubToken(secrets);
    expect(asked.said).toEqual([
      'The token for huggingface.co is stored.',
      'The token for huggingface.co is forgotten.',
    ]);
  });

  it('does not follow the setting to another hub, and is there when it comes back', async () => {
    asked.answer = 'hf_abc';
    await setHubToken(secrets);
    asked.endpoint = 'https://elsewhere.example';
    expect(await currentHub(secrets)).toEqual({ address: 'https://elsewhere.example', token: undefined });
    await forgetHubToken(secrets);
    expect(asked.said.at(-1)).toBe('No token is stored for elsewhere.example.');
    asked.endpoint = '';
    expect((await currentHub(secrets)).token).toBe('hf_abc');
  });

  it('is not asked for where it would travel unencrypted', async () => {
    asked.endpoint = 'http://mirror.example';
    asked.answer = 'hf_abc';
    await expect(setHubToken(secrets)).rejects.toThrow(/without encryption/);
    expect([asked.box, stored.size]).toEqual([{}, 0]);
  });

  it('stays as it was when the person leaves the question', async () => {
    asked.answer = 'hf_abc';
    await setHubToken(secrets);
    asked.answer = undefined;
    await setHubToken(secrets);
    expect([...stored.values()]).toEqual(['hf_abc']);
  });
});
