/** Ids that end a text: `eos_token_id` of the config (one or several) and the tokenizer's own. */
export function endIdsOf(configured: unknown, own: number | undefined): number[] {
  const listed: unknown[] = Array.isArray(configured) ? configured : [configured];
  return [...new Set([...listed, own])].filter((id) => typeof id === 'number');
}
