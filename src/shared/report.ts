/** A result as one HTML file that needs nothing else: the panel's own script and style with the data inside. */
import type { NdArray } from './analysis';
import { base64, sha256, utf8 } from './encode';
import type { Figure, FiguresFile, TableFigure } from './figure';
import type { ResultFile } from './result';
import { escapeXml } from './svg/text';
import { toSvg } from './to-svg';

/** What is embedded; the panel boots from it instead of from messages. */
export interface EmbeddedReport {
  readonly result: ResultFile;
  readonly figures: FiguresFile;
  /** What Python code in the report calls the result folder: the report lies in it. */
  readonly folder: string;
  /** By file name, float32 little-endian in base64, C order. */
  readonly arrays: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: string }>>;
}

/** `id` of the element that holds an `EmbeddedReport`. */
export const REPORT_DATA_ID = 'brainlens-data';

/** Base64 characters of arrays in one report; a map whose array does not fit keeps its figure's own resolution. */
export const ARRAY_LIMIT = 20_000_000;

/** How every report begins: by this it is told from other HTML files. */
export const REPORT_START = '<!doctype html>\n<html lang="en" data-host="report">\n';

export interface ReportParts {
  readonly result: ResultFile;
  readonly figures: FiguresFile;
  /** Arrays by name, with or without `.npy`; those that no map shows are left out. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** Text of `panel.js`. */
  readonly script: string;
  /** Text of `panel.css`. */
  readonly style: string;
  readonly arrayLimit?: number;
}

/**
 * The report's HTML. Its policy lets nothing load and only the embedded script run, known by its SHA-256. Without
 * script it still shows the summary and the figures as SVG.
 */
export function reportHtml(parts: ReportParts): string {
  const { result, figures } = parts;
  const script = inlineScript(parts.script);
  const embedded: EmbeddedReport = { result, figures, folder: '.', arrays: embedArrays(parts) };
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${base64(sha256(utf8(script)))}'`,
    // Plotly and the controls set styles from script.
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `${REPORT_START}<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(result.name)} – Brainlens</title>
<style>${parts.style.replace(/<\/style/gi, '<\\/style')}</style>
</head>
<body>
<main id="app"></main>
<noscript>${withoutScript(result, figures)}</noscript>
<script type="application/json" id="${REPORT_DATA_ID}">${inlineJson(embedded)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that no HTML parser can mistake for markup and any script engine takes as it is. */
export function inlineJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** Script text that survives as element content unchanged, so that its hash holds. */
function inlineScript(script: string): string {
  return script.replace(/\r\n?/g, '\n').replace(/<(?=\/script|script|!--)/gi, '\\x3C');
}

function embedArrays(parts: ReportParts): EmbeddedReport['arrays'] {
  const wanted = new Set(parts.figures.figures.flatMap((figure) => (figure.kind === 'map' && figure.array) || []));
  const embedded: Record<string, { shape: readonly number[]; data: string }> = {};
  let left = parts.arrayLimit ?? ARRAY_LIMIT;
  for (const file of wanted) {
    const array = parts.arrays[file] ?? parts.arrays[file.replace(/\.npy$/, '')];
    const size = array === undefined ? Infinity : Math.ceil(array.data.length / 3) * 16;
    if (array === undefined || size > left) continue;
    embedded[file] = { shape: array.shape, data: base64(float32Bytes(array)) };
    left -= size;
  }
  return embedded;
}

function float32Bytes({ data }: NdArray): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * data.length));
  data.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return new Uint8Array(bytes.buffer);
}

function withoutScript(result: ResultFile, figures: FiguresFile): string {
  return `<div class="still"><h1>${escapeXml(result.name)}</h1><p>${escapeXml(result.summary)}</p>${figures.figures.map(still).join('')}</div>`;
}

function still(figure: Figure): string {
  const body =
    figure.kind === 'table' ? stillTable(figure) : toSvg(figure, { width: 640, height: 360, palette: 'light' });
  return `<section><h2>${escapeXml(figure.title)}</h2><p>${escapeXml(figure.summary)}</p>${body}</section>`;
}

function stillTable({ columns, rows }: TableFigure): string {
  const row = (tag: string, cells: readonly (number | string | null)[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeXml(String(cell ?? '–'))}</${tag}>`).join('')}</tr>`;
  const head = row(
    'th',
    columns.map((column) => column.label),
  );
  return `<table>${head}${rows.map((cells) => row('td', cells)).join('')}</table>`;
}
