/** A piece of text, and its log probability. The first six are reserved; the id of a piece is its index. */
export type Vocabulary = readonly (readonly [piece: string, score: number])[];

/** The model sees no more (ClipToMaxLength in its graph). */
export const MOST_TOKENS = 128;
const RESERVED = 6;
const UNKNOWN = 0;
const SPACE = "\u2581";

interface Node {
  readonly next: Map<string, Node>;
  id: number;
  score: number;
}

/**
 * SentencePiece's unigram tokenizer as Universal Sentence Encoder lite uses it (tensorflow/tfjs-models, universal-sentence-encoder): NFKC,
 * spaces become the mark that starts a word, the likeliest row of pieces; a run of unknown characters is one token. Pieces hold the mark at their
 * start alone, so that words are taken one by one, until `MOST_TOKENS` are found. Time is linear in the text.
 */
export function unigramTokenizer(vocabulary: Vocabulary): (text: string) => number[] {
  const root: Node = { next: new Map(), id: UNKNOWN, score: 0 };
  for (const [id, [piece, score]] of vocabulary.entries()) if (id >= RESERVED) Object.assign(nodeAt(root, piece), { id, score });

  // Of every word anew, it would be most of the garbage that embedding makes.
  const usual = lattice(USUAL);
  return (text) => {
    const ids: number[] = [];
    for (const word of wordsOf(text)) {
      for (const id of piecesOf(word, root, usual)) if (id !== UNKNOWN || ids.at(-1) !== UNKNOWN) ids.push(id);
      if (ids.length >= MOST_TOKENS) return ids.slice(0, MOST_TOKENS);
    }
    return ids;
  };
}

function nodeAt(root: Node, piece: string): Node {
  let node = root;
  for (const character of piece) {
    let next = node.next.get(character);
    if (!next) node.next.set(character, (next = { next: new Map(), id: UNKNOWN, score: 0 }));
    node = next;
  }
  return node;
}

/** The text in words, each with the mark before it. */
function* wordsOf(text: string): Generator<string> {
  const normal = text.normalize("NFKC");
  if (normal.length === 0) return;
  const marked = SPACE + normal.replaceAll(" ", SPACE);
  for (let start = 0; start < marked.length; ) {
    const next = marked.indexOf(SPACE, start + 1);
    const end = next < 0 ? marked.length : next;
    yield marked.slice(start, end);
    start = end;
  }
}

/** For each place in a word: the best log probability of what leads there, where its last piece starts, and which that is. */
interface Lattice {
  readonly best: Float64Array;
  readonly from: Int32Array;
  readonly ids: Int32Array;
}

/** Characters of a word for which room is kept: a longer one gets its own. */
const USUAL = 256;

function lattice(characters: number): Lattice {
  return { best: new Float64Array(characters + 1), from: new Int32Array(characters + 1), ids: new Int32Array(characters + 1) };
}

/** The likeliest row of pieces (Viterbi). A character that starts no piece is unknown, at no cost; of rows alike, the last found. */
function piecesOf(word: string, root: Node, usual: Lattice): number[] {
  const characters = [...word];
  const { best, from, ids } = characters.length <= USUAL ? usual : lattice(characters.length);
  for (const places of [best, ids]) places.fill(0, 0, characters.length + 1);
  from.fill(-1, 0, characters.length + 1);
  const reach = (start: number, end: number, id: number, score: number): void => {
    const sum = (best[start] as number) + score;
    if (from[end] !== -1 && sum < (best[end] as number)) return;
    best[end] = sum;
    from[end] = start;
    ids[end] = id;
  };
  for (let start = 0; start < characters.length; start++) {
    let found = false;
    let node = root.next.get(characters[start] as string);
    for (let end = start + 1; node; node = node.next.get(characters[end++] as string)) {
      if (node.id === UNKNOWN) continue;
      reach(start, end, node.id, node.score);
      found = true;
    }
    if (!found) reach(start, start + 1, UNKNOWN, 0);
  }
  const pieces: number[] = [];
  for (let end = characters.length; end > 0; end = from[end] as number) pieces.push(ids[end] as number);
  return pieces.toReversed();
}
