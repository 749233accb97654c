import { describe, expect, it } from 'vitest';
import { hubAddress, maySendToken } from '../../../src/hub/address';
import { fileAddress, modelId } from '../../../src/hub/model-id';
import { request } from '../../../src/hub/request';

const never = new AbortController().signal;

describe('the address of the hub', () => {
  it('is the setting’s, else that of HF_ENDPOINT, else huggingface.co', () => {
    const env = { HF_ENDPOINT: 'https://mirror.example/' };
    expect(hubAddress(' https://lab.example/hf/ ', env)).toBe('https://lab.example/hf');
    expect(hubAddress('', env)).toBe('https://mirror.example');
    expect(hubAddress('', {})).toBe('https://huggingface.co');
  });

  it.each(['mirror.example', 'ftp://mirror.example', 'https://name:word@mirror.example', 'https://m.example/?a=1'])(
    'is never %s',
    (text) => {
      expect(() => hubAddress(text, {})).toThrow(/brainlens\.hubEndpoint is no address of a hub/);
    },
  );
});

describe('a token', () => {
  it('leaves this machine only encrypted', async () => {
    expect([maySendToken('https://a.example'), maySendToken('http://localhost:80')]).toEqual([true, true]);
    expect(maySendToken('http://a.example')).toBe(false);
    const sent = request({ address: 'http://a.example', token: 'hf_secret' }, 'http://a.example/api', {}, never);
    await expect(sent).rejects.toThrow(/without encryption/);
    await expect(sent).rejects.not.toThrow(/hf_secret/);
  });
});

describe('the id of a model', () => {
  it.each([
    ['gpt2', 'gpt2'],
    [' lab/tiny-1.5B ', 'lab/tiny-1.5B'],
    ['https://huggingface.co/lab/tiny', 'lab/tiny'],
    ['https://huggingface.co/lab/tiny/tree/main/sub', 'lab/tiny'],
  ])('of %s is %s', (text, id) => {
    expect(modelId(text)).toBe(id);
  });

  it.each(['small llama', 'a/b/c', '../etc', 'lab/..', '', 'lab/a..b', '.hidden'])('is not “%s”', (text) => {
    expect(modelId(text)).toBeUndefined();
  });
});

describe('the address of a file', () => {
  it('encodes what would mean something else', () => {
    const address = fileAddress('https://h.example', 'lab/tiny', 'abc', 'sub dir/a#b?.json');
    expect(address).toBe('https://h.example/lab/tiny/resolve/abc/sub%20dir/a%23b%3F.json');
  });
});
