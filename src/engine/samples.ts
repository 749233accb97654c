import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `samples/` lies beside the bundle, or at the root of the repository when the sources run as they are. */
export function samplesFolder(): string {
  const beside = fileURLToPath(new URL('./samples', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../samples', import.meta.url));
}
