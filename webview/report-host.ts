import type { Matrix } from '../src/shared/map-cells';
import type { FromWebview } from '../src/shared/protocol';
import { REPORT_DATA_ID, type EmbeddedReport } from '../src/shared/report';
import { matrixOf, type Host, type HostEvents } from './host';

/** A report: the data lies in the page, files are downloaded, nothing outlives the page. */
export class ReportHost implements Host {
  readonly isReport = true;
  private state: unknown;

  private constructor(private readonly embedded: EmbeddedReport) {}

  /** `undefined` where the page is no report. */
  static find(): ReportHost | undefined {
    const data = document.getElementById(REPORT_DATA_ID);
    return data === null ? undefined : new ReportHost(JSON.parse(data.textContent) as EmbeddedReport);
  }

  start(events: HostEvents): void {
    events.result(this.embedded);
  }

  send(message: FromWebview): void {
    switch (message.type) {
      case 'saveFigure':
        return download(`${message.name}.${message.format}`, message.dataUrl);
      case 'saveCsv':
        return downloadText(`${message.name}.csv`, message.text);
      case 'saveAllCsv':
        return message.files.forEach((file) => downloadText(`${file.name}.csv`, file.text));
      case 'copy':
        return void navigator.clipboard.writeText(message.text);
      case 'problem':
        return console.error(message.message);
      case 'ready':
      case 'requestArray':
      case 'requestLine':
      case 'openReport':
      case 'cancel':
      case 'drawn':
      case 'revealArrays':
    }
  }

  array(file: string): Promise<Matrix | undefined> {
    const found = this.embedded.arrays[file];
    if (found === undefined) return Promise.resolve(undefined);
    const bytes = Uint8Array.from(atob(found.data), (character) => character.charCodeAt(0));
    return Promise.resolve(matrixOf(new Float32Array(bytes.buffer), found.shape));
  }

  /** A report holds no files beside its figures. */
  line(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  load(): unknown {
    return this.state;
  }

  save(state: unknown): void {
    this.state = state;
  }
}

function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  download(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function download(name: string, url: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = url;
  link.click();
}
