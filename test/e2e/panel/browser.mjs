// One Chromium, and pages that hold the panel as VS Code would: its content security policy, its API, its theme.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { themes } from './themes.mjs';

const ORIGIN = 'https://panel.test';
const NONCE = 'cGFuZWwtaGFybmVzcw==';

export function findChromium() {
  return [
    process.env.BRAINLENS_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ].find((path) => path !== undefined && existsSync(path));
}

export function launch(executablePath) {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
  return chromium.launch({ executablePath, args });
}

/** Collects whatever a good page never has: policy violations, console errors, uncaught errors, requests. */
export async function watch(page) {
  const troubles = [];
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`));
  page.on('console', (message) => message.type() === 'error' && troubles.push(`console: ${message.text()}`));
  page.on('requestfailed', (request) => troubles.push(`request: ${request.url()}`));
  await page.exposeFunction('reportViolation', (what) => troubles.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
    );
  });
  return troubles;
}

/**
 * Opens the panel.
 * @param options.data what the host sends: `{ result, figures, matrix }`, `{ comparison }`, `{ running }` (states of a run, in turn), or `{ error }`; absent: nothing, ever
 * @param options.lines answers to `requestLine` by `<index> <file>`
 * @param options.arrays `'late'` sends arrays after 50 ms, `'missing'` refuses them
 */
export async function openPanel(
  browser,
  bundle,
  { data, theme = 'light', width = 900, height = 900, arrays = 'late', lines = {}, withoutWebGl = false, ...rest },
) {
  const context = await browser.newContext({ viewport: { width, height }, ...rest });
  const page = await context.newPage();
  const troubles = await watch(page);
  await page.route('**/*', (route) => serve(route, bundle, theme));
  await page.addInitScript(hostShim, {
    data: data && { ...data, matrix: undefined },
    matrix: plain(data?.matrix),
    arrays,
    lines,
  });
  if (withoutWebGl) await page.addInitScript(noWebGl);
  await page.goto(`${ORIGIN}/`);
  if (data?.figures !== undefined) await ready(page);
  return {
    page,
    context,
    troubles,
    posted: (type) => page.evaluate((wanted) => window.posted.filter((message) => message.type === wanted), type),
  };
}

export function ready(page) {
  return page.waitForSelector('#app[data-ready]', { timeout: 30_000 });
}

/** Puts another theme's class and variables on the page, as VS Code does on the fly. */
export function setTheme(page, name) {
  return page.evaluate(({ class: className, variables }) => {
    document.documentElement.style.cssText = Object.entries(variables)
      .map(([key, value]) => `--vscode-${key}: ${value}`)
      .join(';');
    document.body.className = className;
  }, themes[name]);
}

function plain(matrix) {
  if (matrix === undefined) return undefined;
  const shape = [matrix.rows, matrix.columns];
  // A large one is made in the page: as a list of numbers it would weigh more than all that is measured there.
  return matrix.generated ? { shape } : { values: [...matrix.data], shape };
}

function serve(route, bundle, theme) {
  const path = new URL(route.request().url()).pathname;
  if (path === '/panel.js') return route.fulfill({ contentType: 'text/javascript', body: bundle.script });
  if (path === '/panel.css') return route.fulfill({ contentType: 'text/css', body: bundle.style });
  if (path === '/') return route.fulfill({ contentType: 'text/html', body: pageHtml(themes[theme]) });
  if (path === '/favicon.ico') return route.fulfill({ status: 204 });
  return route.abort();
}

function pageHtml(theme) {
  const policy = `default-src 'none'; script-src 'nonce-${NONCE}'; style-src ${ORIGIN} 'unsafe-inline'; img-src ${ORIGIN} data: blob:; font-src ${ORIGIN}`;
  const style = Object.entries(theme.variables)
    .map(([key, value]) => `--vscode-${key}: ${value}`)
    .join('; ');
  return `<!doctype html><html lang="en" style="${style.replaceAll('"', '&quot;')}"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Brainlens result</title><link rel="stylesheet" href="${ORIGIN}/panel.css"></head>
    <body class="${theme.class}"><main id="app"></main><script nonce="${NONCE}" src="${ORIGIN}/panel.js"></script></body></html>`;
}

/** Runs in the page: a browser without it. */
function noWebGl() {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind.includes('webgl') ? null : getContext.call(this, kind, ...rest);
  };
}

/** Runs in the page: VS Code's webview API over a host that answers from fixed data. */
function hostShim({ data, matrix, arrays, lines }) {
  window.posted = [];
  window.sentBytes = 0;
  const waves = ([rows, columns]) => Float32Array.from({ length: rows * columns }, (_, i) => 4 * Math.sin(i * 12.9898));
  const send = (message, delay = 0) =>
    setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data: message })), delay);
  const answer = (message) => {
    if (message.type === 'ready' && data?.error !== undefined) send({ type: 'error', message: data.error });
    else if (message.type === 'ready' && data?.running !== undefined)
      data.running.forEach((run, i) => send({ type: 'running', ...run }, 300 * i));
    else if (message.type === 'ready' && data?.comparison !== undefined)
      send({ type: 'comparison', ...data.comparison });
    else if (message.type === 'ready' && data !== undefined)
      send({ type: 'result', folder: '/study/.brainlens/run', ...data });
    else if (message.type === 'requestArray' && arrays === 'missing')
      send({ type: 'arrayMissing', file: message.file, message: 'gone' });
    else if (message.type === 'requestLine')
      send({ ...message, type: 'line', text: lines[`${message.index} ${message.file}`] }, 20);
    else if (message.type === 'requestArray') {
      const { shape, values = waves(shape) } = matrix;
      const { buffer } = Float32Array.from(values);
      window.sentBytes += buffer.byteLength;
      send({ type: 'array', file: message.file, data: buffer, shape }, 50);
    }
  };
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => {
      window.posted.push(message);
      answer(message);
    },
    getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
    setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
  });
}
