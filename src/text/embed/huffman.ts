// Huffman codes of words by their counts: the tree of the hierarchical softmax.

/** The paths of words from the root of a binary tree to their leaves. */
export interface HuffmanTree {
  /** For each word, and one more for the end, where its steps begin. */
  readonly starts: Uint32Array;
  /** Steps from the root on: 2·(number of the inner node) + (the bit that is taken there). The root is the last inner node. */
  readonly steps: Uint32Array;
}

/**
 * Makes the Huffman tree of words; the code of a frequent word is short. There are words − 1 inner nodes.
 *
 * Source: Huffman 1952; with two queues as in word2vec.c, which takes the word where a word and a node are as frequent and the node is not
 * less; Mikolov et al. 2013 (NIPS), section 2.1.
 *
 * @param counts of at least two words, descending
 */
export function huffmanTree(counts: Float64Array): HuffmanTree {
  const words = counts.length;
  const nodes = 2 * words - 1;
  const weights = new Float64Array(nodes);
  weights.set(counts);
  const parents = new Uint32Array(nodes);
  const bits = new Uint8Array(nodes);
  let word = words - 1;
  let inner = words;
  for (let made = words; made < nodes; made++) {
    // The least frequent word that is left, or the first inner node that is: both come in ascending order.
    const least = () => {
      const takeWord = word >= 0 && (inner >= made || (weights[word] ?? 0) < (weights[inner] ?? 0));
      return takeWord ? word-- : inner++;
    };
    const [first, second] = [least(), least()];
    weights[made] = (weights[first] ?? 0) + (weights[second] ?? 0);
    parents[first] = made;
    parents[second] = made;
    bits[second] = 1;
  }
  const starts = new Uint32Array(words + 1);
  const steps: number[] = [];
  for (let leaf = 0; leaf < words; leaf++) {
    const path: number[] = [];
    for (let node = leaf; node !== nodes - 1; node = parents[node] ?? 0)
      path.push(2 * ((parents[node] ?? 0) - words) + (bits[node] ?? 0));
    for (let i = path.length - 1; i >= 0; i--) steps.push(path[i] ?? 0);
    starts[leaf + 1] = steps.length;
  }
  return { starts, steps: Uint32Array.from(steps) };
}
