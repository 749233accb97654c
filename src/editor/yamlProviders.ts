import {
  CodeAction,
  CodeActionKind,
  CompletionItem,
  CompletionItemKind,
  Diagnostic,
  DiagnosticSeverity,
  extensions,
  Hover,
  l10n,
  MarkdownString,
  Range,
  SnippetString,
  Uri,
  workspace,
  WorkspaceEdit,
} from 'vscode';
import type { Position, TextDocument } from 'vscode';
import { basename, parent } from './paths';
import type { Suggestion } from './yamlComplete';
import { FolderView } from '../yaml/folder-view';
import { describeAt, diagnose, suggest } from './yamlSchemas';
import type { Duplicates } from './yamlSchemas';
import type { Problem, Span } from '../yaml/syntax';

/** A problem as VS Code shows it, with what mends it. */
export interface PlacedProblem {
  readonly diagnostic: Diagnostic;
  readonly fix?: Problem['fix'];
  /** A manifest that is missing; one can be made from the files in its folder. */
  readonly missingManifest?: Uri;
}

/** Checks schemas, and offers keys and hover for YAML files by the schema that we contribute; starts with the first one. */
const YAML_EXTENSION = 'redhat.vscode-yaml';

const KINDS: Readonly<Record<Suggestion['kind'], CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  file: CompletionItemKind.File,
  column: CompletionItemKind.Field,
  name: CompletionItemKind.Reference,
};

/** What is wrong in a document; `undefined` where it is of no kind that we know. */
export async function placedProblems(document: TextDocument): Promise<PlacedProblem[] | undefined> {
  const problems = await diagnose(document.getText(), basename(document.uri), filesOf(document), others());
  return problems?.map(({ kind, span, message, fix, missingManifest }) => {
    const diagnostic = new Diagnostic(rangeOf(document, span), message, DiagnosticSeverity.Error);
    diagnostic.source = 'Brainlens';
    diagnostic.code = kind;
    return {
      diagnostic,
      ...(fix === undefined ? {} : { fix }),
      ...(missingManifest === undefined
        ? {}
        : { missingManifest: Uri.joinPath(parent(document.uri), missingManifest) }),
    };
  });
}

/** What may be written at a place. */
export async function completionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
  const offset = document.offsetAt(position);
  const name = basename(document.uri);
  const suggestions = await suggest(document.getText(), name, offset, filesOf(document), others());
  return suggestions.map((suggestion, index) => {
    const item = new CompletionItem(suggestion.label, KINDS[suggestion.kind]);
    item.range = rangeOf(document, suggestion.span);
    item.insertText = suggestion.kind === 'key' ? snippetOf(suggestion.text) : suggestion.text;
    item.sortText = String(index).padStart(5, '0');
    if (suggestion.detail !== undefined) item.detail = suggestion.detail;
    if (suggestion.documentation !== undefined) item.documentation = suggestion.documentation;
    if (suggestion.kind === 'key') item.command = { command: 'editor.action.triggerSuggest', title: l10n.t('Suggest') };
    return item;
  });
}

/** What there is to say of the word at a place. */
export function hover(document: TextDocument, position: Position): Hover | undefined {
  const found = describeAt(document.getText(), basename(document.uri), document.offsetAt(position), others());
  return found && new Hover(new MarkdownString(found.markdown), rangeOf(document, found.span));
}

/** The quick fixes of problems within a range. @param shown the diagnostics that VS Code asks for */
export function quickFixes(
  document: TextDocument,
  problems: readonly PlacedProblem[],
  range: Range,
  shown: readonly Diagnostic[],
): CodeAction[] {
  const within = problems.filter(({ diagnostic }) => diagnostic.range.intersection(range) !== undefined);
  return within.flatMap(({ diagnostic, fix, missingManifest }) => {
    const actions: CodeAction[] = [];
    if (fix !== undefined) {
      const action = new CodeAction(fix.title, CodeActionKind.QuickFix);
      action.edit = new WorkspaceEdit();
      action.edit.replace(document.uri, diagnostic.range, fix.text);
      action.isPreferred = true;
      actions.push(action);
    }
    // To describe a folder is a run.
    if (missingManifest !== undefined && workspace.isTrusted) {
      const folder = parent(missingManifest);
      const action = new CodeAction(
        l10n.t('Create a dataset manifest in {0}', basename(folder)),
        CodeActionKind.QuickFix,
      );
      action.command = { command: 'brainlens.dataset', title: action.title, arguments: [folder] };
      actions.push(action);
    }
    for (const action of actions) {
      action.diagnostics = shown.filter(
        (other) => other.message === diagnostic.message && other.range.isEqual(diagnostic.range),
      );
    }
    return actions;
  });
}

function others(): Duplicates {
  return { schema: extensions.getExtension(YAML_EXTENSION) !== undefined };
}

function filesOf(document: TextDocument): FolderView {
  return new FolderView(parent(document.uri).fsPath);
}

function rangeOf(document: TextDocument, { start, end }: Span): Range {
  return new Range(document.positionAt(start), document.positionAt(end));
}

/** Only `$0` is a place of a snippet; every other sign stands for itself. */
function snippetOf(text: string): string | SnippetString {
  if (!text.includes('$0')) return text;
  const [before, after] = text.split('$0').map((part) => part.replace(/[\\$}]/g, '\\$&'));
  return new SnippetString(`${before}$0${after}`);
}
