import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { nameOfModel } from '../../../src/shared/model-name';
import { FakePerson, fakeVscode } from './fake-vscode';

vi.mock('vscode', () => fakeVscode(new FakePerson()));
const { onnxModels } = await import('../../../src/editor/onnxModels');
const { distinctNames } = await import('../../../src/editor/study/text');
const vscode = await import('vscode');

/** Exports among files, as paths below `/w`. */
async function among(...files: string[]) {
  const graphs = files.filter((file) => file.endsWith('.onnx')).map((file) => vscode.Uri.file(`/w/${file}`));
  const there = new Set(files.map((file) => `/w/${file}`));
  const found = await onnxModels(graphs, ({ path }) => Promise.resolve(there.has(`${path}/config.json`)));
  const short = (uris: readonly { path: string }[]) => uris.map(({ path }) => path.slice(3)).sort();
  return { folders: short(found.folders), files: short(found.files), all: short(found.all) };
}

describe('ONNX exports of a workspace', () => {
  it('are folders with config.json, as Optimum and transformers.js lay them out', async () => {
    expect(await among('a/config.json', 'a/model.onnx', 'b/config.json', 'b/onnx/model.onnx')).toEqual({
      folders: ['a', 'b'],
      files: [],
      all: ['a/model.onnx', 'b/onnx/model.onnx'],
    });
  });

  it('are a folder with its full-precision decoder; variants of it are offered on the file only', async () => {
    const found = await among('b/config.json', 'b/onnx/model.onnx', 'b/onnx/model_int8.onnx');
    expect(found).toMatchObject({ folders: ['b'], files: [] });
    expect(found.all).toEqual(['b/onnx/model.onnx', 'b/onnx/model_int8.onnx']);
  });

  it('are files where a folder does not say which one it means', async () => {
    const found = await among('b/config.json', 'b/onnx/model_fp16.onnx', 'b/onnx/model_int8.onnx');
    expect(found).toMatchObject({ folders: [], files: ['b/onnx/model_fp16.onnx', 'b/onnx/model_int8.onnx'] });
    expect(await among('b/config.json', 'b/only.onnx', 'b/decoder_with_past_model.onnx')).toEqual({
      folders: ['b'],
      files: [],
      all: ['b/only.onnx'],
    });
  });

  it('are no other graphs: of what has no config.json in reach nothing is known', async () => {
    const none = { folders: [], files: [], all: [] };
    expect(await among('vision/net.onnx', 'config.json', 'deep/er/onnx/model.onnx')).toEqual(none);
  });

  it('go by the name of their folder, and of their variant', () => {
    expect(nameOfModel('models/gpt2/model.onnx')).toBe('gpt2');
    expect(nameOfModel('C:\\models\\gpt2\\onnx\\model_int8.onnx')).toBe('gpt2-model_int8');
    expect(nameOfModel('/hf/models--org--tiny/snapshots/0123/onnx/decoder_model.onnx')).toBe('tiny');
    expect(nameOfModel('net.onnx')).toBe('net');
    expect(distinctNames(['m/gpt2/onnx/model.onnx', 'm/gpt2', 'x/gpt2.gguf'])).toEqual(['gpt2', 'gpt2-2', 'gpt2-3']);
  });

  it('are offered every analysis that takes a model', () => {
    const { contributes } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: { menus: Record<string, { command: string; when: string }[]> };
    };
    const onModels = contributes.menus['explorer/context']!.filter(({ when }) => when.includes('== .gguf'));
    expect(onModels.length).toBeGreaterThan(4);
    for (const { command, when } of onModels) expect(when, command).toContain('resourcePath in brainlens.onnxModels');
  });
});
