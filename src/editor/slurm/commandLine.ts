import { execFile } from 'node:child_process';
import { UserError } from '../../shared/errors';

/** How a run of the command line ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command line is called. */
export interface Call {
  /** `dist/cli.js`. */
  readonly program: string;
  readonly args: readonly string[];
  /** Working directory: results go below it. */
  readonly folder: string;
  readonly cacheFolder: string;
  /** JSON of the settings `brainlens.slurm.*`. */
  readonly slurm: string;
}

const MOST_OUTPUT = 64e6;

/**
 * Runs the command line beside the extension: planning a study reads and hashes its inputs, which the extension host must
 * not do, and what is submitted is what the command line would submit.
 * @throws UserError with what it says where it ends with 2; Error for any other failure
 */
export function runCommandLine({ program, args, folder, cacheFolder, slurm }: Call): Promise<Ran> {
  const env = {
    ...process.env,
    // VS Code's own binary is Node only so; elsewhere nobody reads it.
    ELECTRON_RUN_AS_NODE: '1',
    BRAINLENS_CACHE: cacheFolder,
    BRAINLENS_SLURM: slurm,
  };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder, env, maxBuffer: MOST_OUTPUT },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        const said = /^brainlens: (.*)$/m.exec(stderr)?.[1];
        if (said === undefined && (code === 0 || code === 2)) resolve({ code, stdout, stderr });
        else if (code === 2) reject(new UserError(said!));
        else reject(new Error(said ?? (stderr.trim() || String(error))));
      },
    );
  });
}
