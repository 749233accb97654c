import { randomBytes } from 'node:crypto';
import { Uri } from 'vscode';
import type { Webview } from 'vscode';

/** The panel's page: nothing but our own script and style may load, and nothing may be fetched. */
export function resultHtml(webview: Webview, assets: Uri): string {
  const nonce = randomBytes(18).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    // Plotly positions its mode bar by inline styles.
    `style-src ${webview.cspSource} 'unsafe-inline'`,
    `img-src ${webview.cspSource} data: blob:`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  const url = (file: string): string => webview.asWebviewUri(Uri.joinPath(assets, file)).toString();
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Brainlens result</title>
    <link rel="stylesheet" href="${url('panel.css')}" />
  </head>
  <body>
    <main id="app"></main>
    <script nonce="${nonce}" src="${url('panel.js')}"></script>
  </body>
</html>
`;
}
