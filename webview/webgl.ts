/** Whether points can be drawn by WebGL here. */
export function hasWebGl(): boolean {
  const context = document.createElement('canvas').getContext('webgl');
  // Browsers allow few at once, and collect them late.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
