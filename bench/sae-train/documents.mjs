/**
 * Prepares the documents of the benchmark: `node bench/sae-train/documents.mjs <raw folder> <out folder>`. The raw folder
 * holds HumanEval.jsonl, gsm8k_test.jsonl, fastchat_dummy_conversation.json, mt_bench_question.jsonl, mt_bench_ref_gpt4.jsonl,
 * scitldr_A_test.jsonl, legalbench_*.tsv, wikitext2_test.txt and alice_chapters1-6.txt as they were published. The out folder
 * gets one folder per type with a JSON Lines file of {text, type}; short texts are joined to about 5,000 characters.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

const [raw, out] = process.argv.slice(2);
if (out === undefined) throw new Error('usage: node documents.mjs <raw folder> <out folder>');

const CHARACTERS = 5000;
const read = (name) => readFileSync(join(raw, name), 'utf8');
const lines = (name) =>
  read(name)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
const table = (name) =>
  parse(read(name), { columns: true, delimiter: '\t', relaxQuotes: true, relaxColumnCount: true });

/** Joins consecutive texts until each has about so many characters. */
function joined(texts, separator = '\n\n') {
  const documents = [];
  let waiting = [];
  let length = 0;
  for (const text of texts) {
    waiting.push(text.trim());
    length += text.length;
    if (length < CHARACTERS) continue;
    documents.push(waiting.join(separator));
    waiting = [];
    length = 0;
  }
  if (waiting.length > 0) documents.push(waiting.join(separator));
  return documents;
}

/** Articles of WikiText, whose titles stand between single equals signs. */
function articles(text) {
  return text.split(/\n(?= = [^=\n]+ = *\n)/).filter((article) => article.trim() !== '');
}

const answers = new Map(lines('mt_bench_ref_gpt4.jsonl').map((row) => [row.question_id, row.choices[0].turns]));
const chats = [
  ...JSON.parse(read('fastchat_dummy_conversation.json')).map(({ conversations }) =>
    conversations.map(({ from, value }) => `${from}: ${value}`).join('\n'),
  ),
  ...lines('mt_bench_question.jsonl').map(({ question_id: id, turns }) =>
    turns
      .flatMap((turn, i) => [
        `human: ${turn}`,
        ...(answers.get(id)?.[i] === undefined ? [] : [`gpt: ${answers.get(id)[i]}`]),
      ])
      .join('\n'),
  ),
];

const types = {
  code: joined(
    lines('HumanEval.jsonl').map((row) => row.prompt + row.canonical_solution),
    '\n\n\n',
  ),
  math: joined(lines('gsm8k_test.jsonl').map(({ question, answer }) => `${question}\n${answer}`)),
  chat: joined(chats),
  abstracts: joined(lines('scitldr_A_test.jsonl').map(({ source }) => source.join(' '))),
  bills: joined(
    table('legalbench_corporate_lobbying_train.tsv').map((row) =>
      [row.bill_title, row.bill_summary, row.company_name, row.company_description].join('\n'),
    ),
  ),
  disclosures: joined(table('legalbench_supply_chain_training_train.tsv').map(({ text }) => text)),
  wikipedia: articles(read('wikitext2_test.txt')),
  book: joined(read('alice_chapters1-6.txt').split(/(?<=[.!?]['’”\"]?)\s+/), ' '),
};

for (const [type, texts] of Object.entries(types)) {
  mkdirSync(join(out, type), { recursive: true });
  const rows = texts.map((text) => JSON.stringify({ text, type })).join('\n');
  writeFileSync(join(out, type, `${type}.jsonl`), `${rows}\n`);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  console.log(`${type}: ${texts.length} documents, ${characters} characters`);
}
