import type { LayerEncoder } from './encoding';
import { failureOf } from './messages';
import type { FromEncoder, ToEncoder } from './messages';
import { encoderPool } from './pool';
import type { Split } from '../folds';

/**
 * An encoder process (`dist/encoder.js`): forked by `processPool`, it takes whole layers on one core each and ends with
 * its parent.
 */
interface OpenLayer {
  readonly encoder: Promise<LayerEncoder>;
  readonly cancel: AbortController;
  readonly inner: Map<string, readonly Split[]>;
}

const pool = encoderPool(1);
const layers = new Map<number, OpenLayer>();

process.on('disconnect', () => process.exit());
process.on('message', (message) => void receive(message as ToEncoder));

async function receive(message: ToEncoder): Promise<void> {
  const { layer } = message;
  switch (message.call) {
    case 'open':
      layers.set(layer, opened(message));
      return;
    case 'score':
      process.send!(await scored(message));
      return;
    case 'cancel':
      layers.get(layer)?.cancel.abort();
      return;
    case 'release': {
      const open = layers.get(layer);
      layers.delete(layer);
      (await open?.encoder)?.release();
    }
  }
}

function opened({ features, width, plan, ruled, options }: Extract<ToEncoder, { call: 'open' }>): OpenLayer {
  const cancel = new AbortController();
  const inner = new Map<string, readonly Split[]>();
  const innerOf = (present: Int32Array): readonly Split[] => inner.get(present.join(' ')) ?? [];
  const whole = ruled ? { ...plan, innerOf } : plan;
  const encoder = pool.layer(features, width, whole, { ...options, signal: cancel.signal });
  // Told with the first score.
  encoder.catch(() => undefined);
  return { encoder, cancel, inner };
}

async function scored(message: Extract<ToEncoder, { call: 'score' }>): Promise<FromEncoder> {
  const { layer, request, targets, predictions } = message;
  try {
    const open = layers.get(layer)!;
    for (const { present, inner } of message.inner) open.inner.set(present.join(' '), inner);
    return { request, scores: await (await open.encoder).score(targets, { predictions }) };
  } catch (error) {
    return { request, failure: failureOf(error) };
  }
}
