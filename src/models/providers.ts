import './telemetry';
import { listSupportedBackends } from 'onnxruntime-node';
import { UserError } from '../shared/errors';
import { PROVIDERS } from '../shared/provider';
import type { Provider } from '../shared/provider';

/** What ONNX Runtime calls a provider. */
export function backendOf(provider: Provider): string {
  return provider === 'directml' ? 'dml' : provider;
}

/** Providers that ONNX Runtime's build for this platform lists; whether there is such a device shows when one is asked for. */
export function offeredProviders(
  backends: readonly { readonly name: string }[] = listSupportedBackends(),
): readonly Provider[] {
  return PROVIDERS.filter(
    (provider) => provider === 'cpu' || backends.some(({ name }) => name === backendOf(provider)),
  );
}

/** Refuses a provider that this platform does not have. @throws UserError that names those it has */
export function requireOffered(provider: Provider, offered = offeredProviders()): void {
  if (offered.includes(provider)) return;
  throw new UserError(
    `The execution provider ${provider} is not offered on ${process.platform}-${process.arch}`,
    `There are ${offered.join(', ')}.`,
  );
}
