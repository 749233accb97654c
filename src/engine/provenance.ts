import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { JobRequest } from '../shared/protocol';
import type { InputFile, Provenance } from '../shared/result';

interface Recorded {
  readonly path: string;
  readonly bytes: number;
  role: string;
  readonly sha256: Promise<string>;
}

/** Full SHA-256 of a file as 64 hexadecimal digits. */
export type HashFile = (path: string) => Promise<string>;

/** Versions, machine and settings of a run: what its provenance says beside its inputs. */
export function environment(
  { threads, memory, seed }: Pick<JobRequest, 'threads' | 'memory' | 'seed'>,
  versions: { readonly version: string; readonly onnxruntime: string },
): Pick<Provenance, 'brainlens' | 'onnxruntime' | 'node' | 'platform' | 'threads' | 'seed'> & { memory: number } {
  return {
    brainlens: versions.version,
    onnxruntime: versions.onnxruntime,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    threads,
    memory,
    seed,
  };
}

const SAMPLE_ROLE = 'sample';

/**
 * Notes the input files of one run. A file is hashed once, in the order of noting, while the run goes on; a folder stands
 * for its visible files.
 */
export class InputRecorder {
  private readonly files = new Map<string, Recorded>();
  private queue: Promise<unknown> = Promise.resolve();

  /**
   * @param workspace folder that paths in a result are relative to
   * @param samples folder of the files shipped with Brainlens; theirs read `brainlens:samples/…`
   */
  constructor(
    readonly workspace: string,
    readonly samples: string,
    private readonly hash: HashFile,
  ) {}

  /** Notes a file or the files of a folder. Noting one again only changes its role. @throws node:fs errors */
  record(path: string, role: string): void {
    const absolute = resolve(this.workspace, path);
    const stats = statSync(absolute);
    if (stats.isDirectory()) {
      for (const entry of readdirSync(absolute, { withFileTypes: true })) {
        if (!entry.isDirectory() && !entry.name.startsWith('.')) this.record(join(absolute, entry.name), role);
      }
      return;
    }
    const known = this.files.get(absolute);
    if (known !== undefined) {
      if (role !== SAMPLE_ROLE) known.role = role;
      return;
    }
    const sha256 = this.queue.then(() => this.hash(absolute));
    this.queue = sha256.catch(() => undefined);
    this.files.set(absolute, { path: absolute, bytes: stats.size, role, sha256 });
  }

  /** Notes a file shipped with Brainlens. @returns its absolute path */
  sample(relativePath: string): string {
    const path = join(this.samples, relativePath);
    this.record(path, SAMPLE_ROLE);
    return path;
  }

  /** How results write a path: relative to the workspace with `/`, or `brainlens:samples/…`. */
  display(path: string): string {
    return displayPath(path, this);
  }

  /** All files noted so far, in the order of noting, once their hashes are known. @throws what hashing threw */
  async inputs(): Promise<InputFile[]> {
    const recorded = [...this.files.values()];
    const hashes = await Promise.all(recorded.map(({ sha256 }) => sha256));
    return recorded.map(({ path, role, bytes }, i) => ({ path: this.display(path), role, bytes, sha256: hashes[i]! }));
  }
}

/** Where paths in results start: the workspace, and the folder of the files shipped with Brainlens. */
export interface PathRoots {
  readonly workspace: string;
  readonly samples: string;
}

const SHIPPED = 'brainlens:samples/';

/** How results write a path: relative to the workspace with `/`, or `brainlens:samples/…`. */
export function displayPath(path: string, { workspace, samples }: PathRoots): string {
  const absolute = resolve(workspace, path);
  if (absolute.startsWith(samples + sep)) return `${SHIPPED}${slashes(relative(samples, absolute))}`;
  return slashes(relative(workspace, absolute)) || '.';
}

/** The absolute path of one in a result. */
export function absolutePath(path: string, { workspace, samples }: PathRoots): string {
  return path.startsWith(SHIPPED) ? join(samples, path.slice(SHIPPED.length)) : resolve(workspace, path);
}

function slashes(path: string): string {
  return path.split(sep).join('/');
}
