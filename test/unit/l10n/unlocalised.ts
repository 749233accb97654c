import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Calls whose texts nobody but a developer reads, or whose texts are names. */
const SILENT =
  /(^|\.)log\.|^JSON\.|\.executeCommand$|registerCommand$|createOutputChannel$|^new (Error|RegExp)$|\.startsWith$|\.endsWith$/;

/**
 * Texts of the editor that a person would read as they stand, whatever the language: words with spaces, or words with a
 * capital, in string literals and templates outside of `l10n.t`. As "file: text", `${}` for what is put in.
 */
export function unlocalised(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const found: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
      if (ts.isCallExpression(node) && node.expression.getText() === 'l10n.t')
        return node.arguments.forEach(visitValue);
      if (ts.isCallExpression(node) && SILENT.test(node.expression.getText())) return;
      if (ts.isNewExpression(node) && SILENT.test(`new ${node.expression.getText()}`)) return;
      const text = textOf(node);
      if (text !== undefined && isProse(text)) found.push(`${file.replaceAll('\\', '/')}: ${text}`);
      ts.forEachChild(node, visit);
    };
    // The key itself is what is looked up.
    const visitValue = (argument: ts.Node, index: number): void => void (index > 0 && visit(argument));
    visit(ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.ES2022, true));
    return found;
  });
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.head.text + node.templateSpans.map(({ literal }) => `\${}${literal.text}`).join('');
}

function isProse(text: string): boolean {
  const words = text.replace(/\$\([\w~-]+\)/g, '').trim();
  if (!/[A-Za-z]{2,}/.test(words.replaceAll('${}', ''))) return false;
  return /\s/.test(words) || /^[A-Z][a-z]/.test(words);
}
