import type { Random } from '../../src/math/random';
import {
  ADJECTIVES,
  ANY,
  BELIEVING,
  EVER,
  GENDERED,
  HANDLING,
  INTRANSITIVE,
  KNOWING,
  NAMES,
  NEEDING_OBJECT,
  PEOPLE,
  PLACES,
  PREDICATES,
  REFLEXIVE,
  RELATIONS,
  STANDING,
  THINGS,
  TRANSITIVE,
} from './lexicon';

/** A grammatical sentence and the ungrammatical one that differs in what the paradigm is about only. */
export interface SentencePair {
  readonly good: string;
  readonly bad: string;
}

/** How the two sentences of a pair differ: one word is another one, or the same words stand in another order. */
export type Difference = 'one word' | 'order';

export interface Paradigm {
  readonly name: string;
  readonly difference: Difference;
  /** Draws one pair. */
  readonly draw: (random: Random) => SentencePair;
}

export const PARADIGMS: readonly Paradigm[] = [
  { name: 'subject-verb-agreement', difference: 'one word', draw: subjectVerb },
  { name: 'agreement-across-attractor', difference: 'one word', draw: acrossAttractor },
  { name: 'reflexive-number', difference: 'one word', draw: reflexiveNumber },
  { name: 'reflexive-gender', difference: 'one word', draw: reflexiveGender },
  { name: 'determiner-noun', difference: 'one word', draw: determinerNoun },
  { name: 'npi-licensing', difference: 'one word', draw: polarity },
  { name: 'filler-gap', difference: 'one word', draw: fillerGap },
  { name: 'passive', difference: 'one word', draw: passive },
  { name: 'island-adjunct', difference: 'order', draw: adjunctIsland },
  { name: 'island-relative-clause', difference: 'order', draw: relativeIsland },
  { name: 'word-order', difference: 'order', draw: wordOrder },
];

/** "The pilots speak French." / "The pilots speaks French." */
function subjectVerb(random: Random): SentencePair {
  const number = random.below(2);
  return agreeing(`The ${pick(random, PEOPLE)[number]}`, number, random);
}

/** "The friend of the pilots speaks French." / "The friend of the pilots speak French." */
function acrossAttractor(random: Random): SentencePair {
  const number = random.below(2);
  const [person, other] = pickTwo(random, PEOPLE);
  const attractor = other[1 - number];
  if (random.below(2) === 0)
    return agreeing(`The ${pick(random, RELATIONS)[number]} of the ${attractor}`, number, random);
  const preposition = pick(random, ['next to', 'behind', 'in front of', 'beside']);
  return agreeing(`The ${person[number]} ${preposition} the ${attractor}`, number, random);
}

function agreeing(subject: string, number: number, random: Random): SentencePair {
  const predicate = pick(random, PREDICATES);
  return contrast(predicate[number]!, predicate[1 - number]!, (verb) => `${subject} ${verb} ${predicate[2]}.`);
}

/** "The nieces blamed themselves for the mistake." / "The nieces blamed herself for the mistake." */
function reflexiveNumber(random: Random): SentencePair {
  const [singular, plural, own] = pick(random, GENDERED);
  const [verb, rest] = pick(random, REFLEXIVE);
  const [subject, good, bad] = random.below(2) === 0 ? [singular, own, 'themselves'] : [plural, 'themselves', own];
  return contrast(good, bad, (reflexive) => `The ${subject} ${verb} ${reflexive} ${rest}.`);
}

/** "The queen admired herself in the mirror." / "The queen admired himself in the mirror." */
function reflexiveGender(random: Random): SentencePair {
  const [subject, , own, other] = pick(random, GENDERED);
  const [verb, rest] = pick(random, REFLEXIVE);
  return contrast(own, other, (reflexive) => `The ${subject} ${verb} ${reflexive} ${rest}.`);
}

/** "Anna repaired these old lamps." / "Anna repaired these old lamp." */
function determinerNoun(random: Random): SentencePair {
  const number = random.below(2);
  const determiner = pick(random, [
    ['this', 'these'],
    ['that', 'those'],
  ])[number];
  const thing = pick(random, THINGS);
  const adjective = random.below(2) === 0 ? '' : `${pick(random, ADJECTIVES)} `;
  const start = `${pick(random, NAMES)} ${pick(random, HANDLING)[1]} ${determiner} ${adjective}`;
  return contrast(thing[number]!, thing[1 - number]!, (noun) => `${start}${noun}.`);
}

/** "No sailor has ever missed the train." / "The sailor has ever missed the train." */
function polarity(random: Random): SentencePair {
  const number = random.below(2);
  const subject = pick(random, PEOPLE)[number];
  const auxiliary = number === 0 ? 'has' : 'have';
  const rest = random.below(2) === 0 ? `ever ${pick(random, EVER)}` : pick(random, ANY);
  return contrast('No', 'The', (determiner) => `${determiner} ${subject} ${auxiliary} ${rest}.`);
}

/**
 * With a gap: "Anna heard what the pilot repaired." / "Anna heard that the pilot repaired."
 * Without: "Anna heard that the pilot repaired the lamp." / "Anna heard what the pilot repaired the lamp."
 */
function fillerGap(random: Random): SentencePair {
  const gap = random.below(2) === 0;
  const start = `${pick(random, NAMES)} ${pick(random, KNOWING)}`;
  const clause = `the ${oneOrMore(random)} ${pick(random, NEEDING_OBJECT)}`;
  const object = ` the ${pick(random, THINGS)[random.below(2)]}`;
  const [good, bad] = gap ? ['what', 'that'] : ['that', 'what'];
  return contrast(good!, bad!, (word) => `${start} ${word} ${clause}${gap ? '' : object}.`);
}

/** "The poet was thanked by the guards." / "The poet was sneezed by the guards." */
function passive(random: Random): SentencePair {
  const [patient, agent] = pickTwo(random, PEOPLE);
  const number = random.below(2);
  const start = `The ${patient[number]} ${number === 0 ? 'was' : 'were'}`;
  const by = `by the ${agent[random.below(2)]}`;
  return contrast(
    pick(random, TRANSITIVE),
    pick(random, INTRANSITIVE),
    (participle) => `${start} ${participle} ${by}.`,
  );
}

/** "What did the poet repair before Anna cleaned the lamp?" / "What did the poet repair the lamp before Anna cleaned?" */
function adjunctIsland(random: Random): SentencePair {
  const [matrix, adjunct] = pickTwo(random, HANDLING);
  const start = `What did the ${oneOrMore(random)} ${matrix[0]}`;
  const clause = `${pick(random, ['before', 'after'])} ${pick(random, NAMES)} ${adjunct[1]}`;
  const object = `the ${pick(random, THINGS)[random.below(2)]}`;
  return { good: `${start} ${clause} ${object}?`, bad: `${start} ${object} ${clause}?` };
}

/** "Which lamp did the poet doubt that the nurse repaired?" / "Which lamp did the poet doubt the nurse that repaired?" */
function relativeIsland(random: Random): SentencePair {
  const [person, other] = pickTwo(random, PEOPLE);
  const start = `Which ${pick(random, THINGS)[random.below(2)]} did the ${person[random.below(2)]} ${pick(random, BELIEVING)}`;
  const subject = `the ${other[random.below(2)]}`;
  const verb = pick(random, NEEDING_OBJECT);
  return { good: `${start} that ${subject} ${verb}?`, bad: `${start} ${subject} that ${verb}?` };
}

/**
 * Adjective: "The dusty clock came from Spain." / "The clock dusty came from Spain."
 * Preposition: "The poet cleaned the clock in the garden." / "The poet cleaned the clock the garden in."
 */
function wordOrder(random: Random): SentencePair {
  const thing = pick(random, THINGS)[0];
  if (random.below(2) === 0) {
    const adjective = pick(random, ADJECTIVES);
    const rest = pick(random, STANDING);
    return { good: `The ${adjective} ${thing} ${rest}.`, bad: `The ${thing} ${adjective} ${rest}.` };
  }
  const start = `The ${oneOrMore(random)} ${pick(random, HANDLING)[1]} the ${thing}`;
  const [preposition, place] = pick(random, PLACES);
  return { good: `${start} ${preposition} ${place}.`, bad: `${start} ${place} ${preposition}.` };
}

function contrast(good: string, bad: string, sentence: (word: string) => string): SentencePair {
  return { good: sentence(good), bad: sentence(bad) };
}

function oneOrMore(random: Random): string {
  return pick(random, PEOPLE)[random.below(2)]!;
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

function pickTwo<T>(random: Random, list: readonly T[]): [T, T] {
  const [first, second] = random.sample(list.length, 2);
  return [list[first!]!, list[second!]!];
}
