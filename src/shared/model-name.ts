/** Whether a model goes by the name that an SAE was trained on: `HuggingFaceTB/SmolLM2-135M` is `SmolLM2-135M.gguf`. */
export function sameModel(trainedOn: string, model: string): boolean {
  const [a, b] = [plain(trainedOn), plain(model)];
  return a !== '' && b !== '' && (a.startsWith(b) || b.startsWith(a));
}

/** The last part of a name, in small letters and digits alone. */
function plain(name: string): string {
  return (name.split(/[\\/]/).at(-1) ?? '')
    .toLowerCase()
    .replace(/\.(gguf|onnx)$/, '')
    .replace(/[^a-z0-9]/g, '');
}

/**
 * Whether the path of a model says that it is another one than an SAE was trained on. Folders called `model`, by a hash or
 * in Hugging Face's cache say so only where none of their last parts is the name and one looks like a model's: has letters
 * and digits as `pythia-70m`.
 */
export function namesAnotherModel(trainedOn: string, path: string): boolean {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  const names = parts.slice(-4).map((part) => part.split('--').at(-1)!);
  if (trainedOn === '' || names.some((name) => sameModel(trainedOn, name))) return false;
  const own = names.filter((name) => !/^(?:[0-9a-f]{32,}|snapshots)$/.test(name)).at(-1) ?? '';
  return /[a-z]/i.test(own) && /\d/.test(own);
}

/**
 * What a model at a path is called: its last part; in Hugging Face's cache (`models--org--name/snapshots/<hash>`) the name;
 * of an ONNX export its folder, with what tells it from others there (`gpt2-model_int8`).
 */
export function nameOfModel(path: string): string {
  const parts = path.split(/[\\/]/).filter((part) => part !== '');
  if (parts.length > 1 && /\.onnx$/i.test(parts.at(-1)!)) {
    const stem = parts.pop()!.replace(/\.onnx$/i, '');
    if (parts.length > 1 && parts.at(-1) === 'onnx') parts.pop();
    const folder = nameOfModel(parts.join('/'));
    return /^(decoder_)?model$/.test(stem) ? folder : `${folder}-${stem}`;
  }
  const cached = parts.at(-2) === 'snapshots' ? parts.at(-3)?.split('--').at(-1) : undefined;
  return cached ?? parts.at(-1)?.replace(/\.(gguf|onnx|npy)$/i, '') ?? path;
}
