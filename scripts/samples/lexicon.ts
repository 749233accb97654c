/** Words of the minimal pairs. Every verb of a class goes with every noun of the class beside it. */

/** [singular, plural] */
export type Pair = readonly [string, string];

const regular = (words: string): Pair[] => words.split(' ').map((word) => [word, `${word}s`]);

/** People of either sex. */
export const PEOPLE = regular(
  'teacher pilot farmer lawyer student senator singer dancer manager librarian plumber guard actor painter editor doctor nurse baker driver gardener tailor sailor poet',
);

/** People who are somebody's. */
export const RELATIONS = regular('friend cousin neighbor assistant guest client rival partner');

/** People whose pronoun is beyond doubt: [singular, plural, reflexive of one, reflexive of the other sex]. */
export const GENDERED: readonly (readonly [string, string, string, string])[] = [
  ...['man/men', 'boy', 'king', 'uncle', 'nephew', 'prince', 'grandfather', 'monk', 'duke'].map((word) =>
    gendered(word, 'himself', 'herself'),
  ),
  ...[
    'woman/women',
    'girl',
    'queen',
    'aunt',
    'niece',
    'princess/princesses',
    'grandmother',
    'nun',
    'duchess/duchesses',
  ].map((word) => gendered(word, 'herself', 'himself')),
];

function gendered(word: string, own: string, other: string): readonly [string, string, string, string] {
  const [singular, plural] = word.split('/') as [string, string?];
  return [singular, plural ?? `${singular}s`, own, other];
}

export const NAMES =
  'Anna Peter Maria David Laura Thomas Julia Daniel Sarah Robert Emma Oscar Clara Victor Nina Paul Helen Martin Alice Simon'.split(
    ' ',
  );

/** Things that a person can carry. */
export const THINGS: readonly Pair[] = [
  ...regular('lamp chair basket bicycle clock mirror suitcase umbrella guitar ladder camera vase drum kettle trumpet'),
  ['box', 'boxes'],
  ['toolbox', 'toolboxes'],
  ['brush', 'brushes'],
];

/** What is said of people: [singular verb, plural verb, rest]. No plural is a past tense too, as "read" would be. */
export const PREDICATES: readonly (readonly [string, string, string])[] = [
  ['buys', 'buy', 'the newspaper'],
  ['likes', 'like', 'the garden'],
  ['knows', 'know', 'the answer'],
  ['wants', 'want', 'a new coat'],
  ['keeps', 'keep', 'a diary'],
  ['drinks', 'drink', 'tea in the evening'],
  ['plays', 'play', 'the piano'],
  ['lives', 'live', 'near the river'],
  ['needs', 'need', 'a holiday'],
  ['speaks', 'speak', 'French'],
  ['works', 'work', 'at night'],
  ['owns', 'own', 'a small boat'],
  ['writes', 'write', 'long letters'],
  ['collects', 'collect', 'old maps'],
  ['laughs', 'laugh', 'at every joke'],
  ['has', 'have', 'a bad cold'],
  ['is', 'are', 'happy today'],
  ['was', 'were', 'tired yesterday'],
];

/** What people do to themselves: [verb in the past, rest]. */
export const REFLEXIVE: readonly Pair[] = [
  ['admired', 'in the mirror'],
  ['blamed', 'for the mistake'],
  ['praised', 'in the speech'],
  ['introduced', 'to the guests'],
  ['defended', 'against the accusation'],
  ['hurt', 'during the game'],
  ['prepared', 'for the journey'],
  ['described', 'in the letter'],
  ['photographed', 'on the beach'],
  ['locked', 'in the kitchen'],
  ['covered', 'with a blanket'],
  ['saw', 'on television'],
  ['dried', 'with a towel'],
  ['treated', 'to a cake'],
  ['reminded', 'of the promise'],
  ['asked', 'a difficult question'],
];

/** What people do to things: [infinitive, past]. None of them takes two objects. */
export const HANDLING: readonly Pair[] = [
  ['repair', 'repaired'],
  ['clean', 'cleaned'],
  ['carry', 'carried'],
  ['borrow', 'borrowed'],
  ['photograph', 'photographed'],
  ['replace', 'replaced'],
  ['damage', 'damaged'],
  ['admire', 'admired'],
  ['describe', 'described'],
  ['destroy', 'destroyed'],
];

/** Verbs in the past that cannot do without their object, and take no second one. */
export const NEEDING_OBJECT = [
  'repaired',
  'carried',
  'replaced',
  'damaged',
  'admired',
  'described',
  'destroyed',
  'owned',
  'lifted',
  'needed',
];

/** Verbs in the past that take a clause with "that" as well as one with "what". */
export const KNOWING = [
  'knew',
  'discovered',
  'heard',
  'explained',
  'remembered',
  'forgot',
  'noticed',
  'learned',
  'reported',
  'saw',
];

/** Infinitives that take a clause with "that" as well as a person. */
export const BELIEVING = ['believe', 'mention', 'know', 'remember', 'doubt', 'hear'];

export const ADJECTIVES = 'old heavy black green small expensive dusty blue dirty new'.split(' ');

/** What is said of things. */
export const STANDING = [
  'stands in the kitchen',
  'costs too much',
  'came from Spain',
  'was a present',
  'fell to the floor',
  'looks very nice',
];

/** What nobody has ever done. */
export const EVER = [
  'visited the museum',
  'seen the ocean',
  'read the novel',
  'ridden a camel',
  'owned a car',
  'forgotten a birthday',
  'climbed the mountain',
  'sung in public',
  'written a poem',
  'missed the train',
  'broken a promise',
  'slept in a tent',
];

/** What nobody has done at all. */
export const ANY = [
  'bought any bread',
  'found any mistakes',
  'made any money',
  'received any letters',
  'told any lies',
  'noticed any birds',
  'eaten any fruit',
  'heard any noise',
  'brought any flowers',
  'sold any tickets',
];

/** Participles of what people do to people. */
export const TRANSITIVE =
  'praised invited thanked followed helped admired criticized interviewed photographed rescued warned welcomed'.split(
    ' ',
  );

/** Participles of what is done to nobody. */
export const INTRANSITIVE =
  'smiled slept arrived yawned sneezed hesitated existed trembled sighed coughed blushed shivered'.split(' ');

/** Where something happens: [preposition, place]. */
export const PLACES: readonly Pair[] = [
  ['in', 'the kitchen'],
  ['near', 'the station'],
  ['behind', 'the house'],
  ['under', 'the bridge'],
  ['beside', 'the fountain'],
  ['in', 'the garden'],
];
