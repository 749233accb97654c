import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modelFiles, searchModels } from '../../../src/hub/models';
import { COMMIT, ID, LocalHub, sha256 } from './local-hub';

const WEIGHTS = Buffer.alloc(4096, 3);
const never = new AbortController().signal;
let local: LocalHub;

beforeEach(async () => {
  local = new LocalHub({
    'config.json': { content: Buffer.from('{}') },
    'tokenizer.json': { content: Buffer.from('{"a":1}') },
    'model.safetensors': { content: WEIGHTS, large: true },
  });
  await local.start();
});
afterEach(() => local.stop());

describe('the list of a model’s files', () => {
  it('is of one version, over all pages, with sizes and checksums', async () => {
    const { id, commit, files } = await modelFiles({ address: local.address }, ID, never);
    expect({ id, commit }).toEqual({ id: ID, commit: COMMIT });
    expect(files.map(({ path }) => path)).toEqual(['config.json', 'tokenizer.json', 'model.safetensors']);
    const weights = { path: 'model.safetensors', bytes: 4096, checksum: { kind: 'sha256', hex: sha256(WEIGHTS) } };
    expect(files[2]).toEqual(weights);
    expect(files[0]!.checksum?.kind).toBe('git-sha1');
  });

  it('says that there is no such model', async () => {
    const asked = modelFiles({ address: local.address }, 'lab/nothing', never);
    await expect(asked).rejects.toThrow(/lab\/nothing is not on 127\.0\.0\.1:\d+, or not for everyone. Check its name/);
  });

  it('says that a model is gated, and what to do', async () => {
    local.moods.gated = true;
    const asked = modelFiles({ address: local.address, token: 'hf_x' }, ID, never);
    await expect(asked).rejects.toThrow(/lab\/tiny is gated.*Accept them on its page/);
  });

  it('says that a private model needs a token', async () => {
    local.moods.token = 'hf_right';
    const asked = modelFiles({ address: local.address }, ID, never);
    await expect(asked).rejects.toThrow(/for a private model, run Brainlens: Set Hugging Face Token…/);
  });

  it('names a hub that is not there, without a stack of causes', async () => {
    const { address } = local;
    await local.stop();
    await expect(modelFiles({ address }, ID, never)).rejects.toThrow(/The connection to 127.* failed \(ECONNREFUSED\)/);
    await local.start();
  });
});

describe('a search', () => {
  it('finds models by words in their names, with downloads and likes', async () => {
    const found = await searchModels({ address: local.address }, 'tiny', never);
    expect(found).toEqual([{ id: ID, downloads: 1200, likes: 7, gated: false }]);
    const asked = new URL(local.seen[0]!.path, local.address).searchParams;
    expect([asked.get('search'), asked.get('sort'), asked.get('pipeline_tag')]).toEqual([
      'tiny',
      'downloads',
      'text-generation',
    ]);
  });

  it('ends when the person types on', async () => {
    const abort = new AbortController();
    abort.abort(new Error('typed on'));
    await expect(searchModels({ address: local.address }, 'tiny', abort.signal)).rejects.toThrow('typed on');
  });
});
