import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A call of `l10n.t`; its key is missing where it is no plain string. */
export interface L10nCall {
  readonly file: string;
  readonly key: string | undefined;
}

/** All calls of `l10n.t` below a folder. */
export function l10nCalls(folder: string): L10nCall[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    if (!text.includes('l10n.t(')) return [];
    const calls: L10nCall[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'l10n.t') {
        const [first] = node.arguments;
        calls.push({ file, key: first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined });
      }
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
    return calls;
  });
}
