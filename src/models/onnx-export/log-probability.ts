/**
 * Natural log of a token's probability, softmax(logits)[target], in float64.
 * @param logits f32 [vocabulary]
 */
export function logProbability(logits: Float32Array, target: number): number {
  let highest = -Infinity;
  for (let i = 0; i < logits.length; i += 1) if (logits[i]! > highest) highest = logits[i]!;
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) sum += Math.exp(logits[i]! - highest);
  return logits[target]! - highest - Math.log(sum);
}
