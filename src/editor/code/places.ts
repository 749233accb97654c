/** What a path in code stands for, as an absolute path with `/`: a model's folder or file, or a result folder. */
export interface CodePlace {
  readonly kind: 'model' | 'result';
  readonly path: string;
}

/** The models and result folders of the workspace, absolute paths with `/`. */
export interface KnownPlaces {
  readonly models: ReadonlySet<string>;
  readonly results: ReadonlySet<string>;
}

/**
 * The model or result that a path in code names: itself, or a file in it (`.brainlens/align-1/scores.npy`).
 * @param written as it stands in the code: absolute, or relative to one of `bases`
 * @param bases absolute folders, the likeliest first: the document's own, then the workspace's
 */
export function placeOf(written: string, bases: readonly string[], known: KnownPlaces): CodePlace | undefined {
  for (const path of candidates(written, bases)) {
    for (const part of selfAndParents(path)) {
      if (known.results.has(part)) return { kind: 'result', path: part };
      if (known.models.has(part)) return { kind: 'model', path: part };
    }
  }
  return undefined;
}

function candidates(written: string, bases: readonly string[]): string[] {
  if (/^([a-z]:)?\//i.test(written)) return [normalised(written)];
  return bases.map((base) => normalised(`${base}/${written}`));
}

/** The path, then the two folders above it: a file of a model or a result lies no deeper. */
function selfAndParents(path: string): string[] {
  const parts = path.split('/');
  return [0, 1, 2].filter((up) => parts.length - up > 1).map((up) => parts.slice(0, parts.length - up).join('/'));
}

/** Without `.`, `..` and double separators; Windows drives get the leading slash and the small letter that URIs have. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`.replace(/^\/[A-Z]:(?=\/|$)/, (drive) => drive.toLowerCase());
}
