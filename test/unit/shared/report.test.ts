import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { FiguresFile } from '../../../src/shared/figure';
import { inlineJson, reportHtml, type EmbeddedReport, type ReportParts } from '../../../src/shared/report';
import { chart, map, table } from './figures';
import { result } from './result-file';

const figures: FiguresFile = { schema: 'brainlens/figures@1', figures: [chart, map, table] };
const values = Float64Array.from({ length: 10 }, (_, i) => i / 3 - 1);
const parts: ReportParts = {
  result,
  figures,
  arrays: { t: { data: values, shape: [2, 5] }, p: { data: values, shape: [2, 5] } },
  script: 'const s = "</script><!-- é";\r\nrun(s);',
  style: 'p { content: "</style>" }',
};

function scripts(html: string): { attributes: string; text: string }[] {
  return [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)].map((match) => ({
    attributes: match[1]!,
    text: match[2]!,
  }));
}

function embedded(html: string): EmbeddedReport {
  return JSON.parse(scripts(html)[0]!.text) as EmbeddedReport;
}

describe('the report', () => {
  it('embeds result and figures unchanged, whatever their texts hold', () => {
    const data = embedded(reportHtml(parts));
    expect(data.result).toEqual(result);
    expect(data.figures).toEqual(figures);
  });

  it('has one data block and one script, and the policy names that script’s hash alone', () => {
    const html = reportHtml(parts);
    const found = scripts(html);
    expect(found.map(({ attributes }) => attributes)).toEqual([' type="application/json" id="brainlens-data"', '']);
    const hash = createHash('sha256').update(found[1]!.text, 'utf8').digest('base64');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    expect(policy).toContain("default-src 'none'");
    expect(/script-src ([^;]*)/.exec(policy)![1]).toBe(`'sha256-${hash}'`);
  });

  it('keeps the meaning of the script', () => {
    const [, script] = scripts(reportHtml(parts));
    const ran: string[] = [];
    new Function('run', script!.text)((text: string) => ran.push(text));
    expect(ran).toEqual(['</script><!-- é']);
  });

  it('embeds as float32 only the arrays that maps show', () => {
    const { arrays } = embedded(reportHtml(parts));
    expect(Object.keys(arrays)).toEqual(['t.npy']);
    expect(arrays['t.npy']!.shape).toEqual([2, 5]);
    const bytes = Buffer.from(arrays['t.npy']!.data, 'base64');
    const read = Array.from({ length: 10 }, (_, i) => bytes.readFloatLE(4 * i));
    expect(read).toEqual([...Float32Array.from(values)]);
  });

  it('leaves an array out that exceeds the limit', () => {
    expect(embedded(reportHtml({ ...parts, arrayLimit: 40 })).arrays).toEqual({});
  });

  it('names nothing outside itself', () => {
    const html = reportHtml({ ...parts, script: '', style: '' }).replaceAll('http://www.w3.org/2000/svg', '');
    expect(html).not.toMatch(/https?:|\/\/[a-z]/);
    expect(html).not.toMatch(/\s(src|href)=/);
  });

  it('shows summary, pictures and tables without script', () => {
    const still = /<noscript>([\s\S]*)<\/noscript>/.exec(reportHtml(parts))![1]!;
    expect(still.match(/<svg/g)).toHaveLength(2);
    expect(still).toContain('<td>1.23456</td>');
    expect(still).toContain('localize &lt;/script&gt; &amp; &quot;more&quot;');
  });

  it('JSON for HTML has no “<” and no line separator', () => {
    const text = inlineJson({ a: '<!--</script>', b: '\u2028\u2029' });
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual({ a: '<!--</script>', b: '\u2028\u2029' });
  });
});
