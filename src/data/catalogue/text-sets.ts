// The catalogue's texts.

import { pageOf, type Repository, repositoryFile } from "./addresses.ts";
import type { CatalogueEntry } from "./entry.ts";
import { plainText, withHeader } from "./prepare/tables.ts";
import {
  arabicTweets,
  imdb,
  multi30k,
  wnut17,
  yelpPolarity,
  yelpReviews,
  yelpSentences,
} from "./prepare/texts.ts";

const CHAR_RNN: Repository = {
  owner: "karpathy",
  name: "char-rnn",
  commit: "d1d7aa34fdb3626174bce1d753e6cc6845ce7087",
};
const PYTORCH: Repository = { owner: "pytorch", name: "examples" };
const WORD2VEC: Repository = {
  owner: "tmikolov",
  name: "word2vec",
  commit: "20c129af10659f7c50e86e3be406df663beff438",
};
const WORD_VECTORS: Repository = { owner: "mfaruqui", name: "eval-word-vectors" };
const YELP: Repository = {
  owner: "akanksha-devp",
  name: "Movie-Reviews-Classification",
  commit: "028a8fce0a10e86a6833dc3c76298dd0f67ce603",
};
const STYLE_TRANSFER: Repository = { owner: "shentianxiao", name: "language-style-transfer" };
const ASTD: Repository = {
  owner: "mahmoudnabil",
  name: "ASTD",
  commit: "b2c7b98c5c975cab79839f61cce3ef60b36cd41b",
};
const SLIDES: Repository = {
  owner: "DSApps-2023",
  name: "Class_Slides",
  commit: "92734f3dec9fbfe24b62f4030e08051862c4a177",
};
const WNUT: Repository = { owner: "leondz", name: "emerging_entities_17" };
const MULTI30K: Repository = { owner: "multi30k", name: "dataset" };

const yelpZip = () => [repositoryFile(YELP, "yelp.zip", 3_700_000)];

export const TEXT_SETS: readonly CatalogueEntry[] = [
  {
    name: "nietzsche",
    title: "Nietzsche in English, 600,893 characters: the text of Keras' character-level example",
    kind: "text",
    home: "https://keras.io/examples/generative/lstm_character_level_text_generation/",
    licence: "none stated; public-domain translation",
    files: [
      {
        path: "nietzsche.txt",
        part: "all",
        bytes: 600_901,
        sha256: "23cf69874ab69d3d256099ab530ea4be24d47d9675b673bcc67cbcd6298ec647",
        isExact: false,
      },
    ],
    originals: [
      {
        name: "nietzsche.txt",
        addresses: ["https://s3.amazonaws.com/text-datasets/nietzsche.txt"],
        about: 600_901,
      },
    ],
  },
  {
    name: "tinyshakespeare",
    title: "Tiny Shakespeare, 1,115,394 characters",
    kind: "text",
    home: pageOf(CHAR_RNN),
    licence: "MIT; public-domain text",
    files: [
      {
        path: "tinyshakespeare.txt",
        part: "all",
        bytes: 1_115_394,
        sha256: "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
        isExact: true,
      },
    ],
    originals: [repositoryFile(CHAR_RNN, "data/tinyshakespeare/input.txt", 1_115_394)],
  },
  {
    name: "wikitext2",
    title: "WikiText-2, validation and test parts, tokenised (Merity et al. 2016)",
    kind: "text",
    home: pageOf(PYTORCH),
    licence: "CC BY-SA",
    files: [
      {
        path: "wikitext2_valid.txt",
        part: "validation",
        bytes: 1_121_681,
        sha256: "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
        isExact: true,
      },
      {
        path: "wikitext2_test.txt",
        part: "test",
        bytes: 1_256_449,
        sha256: "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(
        { ...PYTORCH, commit: "37ce9402ff0cae48d764d7788810fd2ed8238b25" },
        "word_language_model/data/wikitext-2/valid.txt",
        1_121_681,
      ),
      repositoryFile(
        { ...PYTORCH, commit: "cada773327ba94a5970e0d57c17c847d69dbbb8f" },
        "word_language_model/data/wikitext-2/test.txt",
        1_256_449,
      ),
    ],
    note: "The training part is a set of its own: wikitext2-train.",
  },
  {
    name: "wikitext2-train",
    title: "WikiText-2, training part, tokenised (Merity et al. 2016)",
    kind: "text",
    home: pageOf(PYTORCH),
    licence: "CC BY-SA",
    files: [
      {
        path: "wikitext2_train.txt",
        part: "train",
        sha256: "9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f",
        isExact: true,
      },
    ],
    originals: [repositoryFile(PYTORCH, "word_language_model/data/wikitext-2/train.txt", 10_800_000)],
  },
  {
    name: "questions-words",
    title: "19,544 word analogies in 14 groups (Mikolov et al. 2013)",
    kind: "text",
    home: pageOf(WORD2VEC),
    licence: "Apache-2.0",
    files: [
      {
        path: "questions-words.txt",
        part: "all",
        bytes: 603_955,
        sha256: "8c29b3332afc46f3fb8be04cb5297bf96f39aa7131272dff57869b4485b22a36",
        isExact: true,
      },
    ],
    originals: [repositoryFile(WORD2VEC, "questions-words.txt", 603_955)],
  },
  {
    name: "wordsim353",
    title: "353 pairs of words with their similarity as people judge it (Finkelstein et al. 2002)",
    kind: "text",
    home: pageOf(WORD_VECTORS),
    licence: "MIT",
    files: [
      {
        path: "wordsim353.tsv",
        part: "all",
        bytes: 7070,
        sha256: "989786c1800bfb98fe65e534729ed699000cf76cb06ad84f477c4218ae75ecd7",
        isExact: false,
      },
    ],
    originals: [repositoryFile(WORD_VECTORS, "data/word-sim/EN-WS-353-ALL.txt", 7052)],
    prepare: withHeader("word1\tword2\tscore"),
    note: "A header is added.",
  },
  {
    name: "imdb",
    title: "50,000 film reviews, good and bad; smaller parts of 10,000 and 5,000 (Maas et al. 2011)",
    kind: "text",
    home: "https://ai.stanford.edu/~amaas/data/sentiment/",
    licence: "none stated; cite Maas et al. 2011",
    files: [
      {
        path: "imdb_full_train.tsv",
        part: "train",
        bytes: 33_205_286,
        sha256: "22d77bbdb8d5f2205f0b2afdeba1515f3b9ce9ca17f97133af42782757a1d126",
        isExact: false,
      },
      {
        path: "imdb_full_test.tsv",
        part: "test",
        bytes: 32_420_847,
        sha256: "fa249228642cdb5473cded54456369483bce4230c6338e2adba403b0d9acec8e",
        isExact: false,
      },
      {
        path: "imdb_train_10k.tsv",
        part: "train-10k",
        bytes: 13_281_584,
        sha256: "290de73f158b32c5042d4a73be1a2f6d4f6e7766f147b524be42dae7ee241cf4",
        isExact: false,
      },
      {
        path: "imdb_test_5k.tsv",
        part: "test-5k",
        bytes: 6_547_323,
        sha256: "4ac5c35f4684a5a6792cf0fd2f88483ceb0511b6cd2a955b95fba8d710635232",
        isExact: false,
      },
    ],
    originals: [
      {
        name: "aclImdb_v1.tar.gz",
        addresses: ["https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"],
        sha256: "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
        about: 84_125_825,
      },
    ],
    prepare: imdb(),
    note: "A row a review: label and text, tab-separated. Reviews stand in the order of the SHA-256 of their paths.",
  },
  {
    name: "yelp",
    title: "10,000 Yelp reviews with 1 to 5 stars (RecSys challenge 2013)",
    kind: "text",
    home: pageOf(YELP),
    licence: "none stated; Yelp dataset terms",
    files: [
      {
        path: "yelp_reviews_10k.tsv",
        part: "all",
        bytes: 7_232_332,
        sha256: "e13cf927a5807cea9b61775dafe57153f7398d214d2967627344f6fa542e9fcf",
        isExact: false,
      },
    ],
    originals: yelpZip(),
    prepare: yelpReviews,
    note: "Stars, date and text of each review; identifiers and votes are left out.",
  },
  {
    name: "yelp-polarity",
    title: "2,682 Yelp reviews, good and bad in equal parts: training part",
    kind: "text",
    home: pageOf(YELP),
    licence: "none stated; Yelp dataset terms",
    files: [
      {
        path: "yelp_polarity_reviews_train.tsv",
        part: "train",
        bytes: 2_026_974,
        sha256: "2b58df255c53a91f4314c4e86fc0f6114bd12bccea7989300d67eb55c3e58ba7",
        isExact: false,
      },
    ],
    originals: yelpZip(),
    prepare: yelpPolarity,
    note: "Drawn from the 10,000 reviews by the SHA-256 of their identifiers, without those of 3 stars.",
  },
  {
    name: "yelp-sentences",
    title: "50,000 short sentences of Yelp reviews, good and bad (Shen et al. 2017)",
    kind: "text",
    home: pageOf(STYLE_TRANSFER),
    licence: "Apache-2.0; Yelp dataset terms",
    files: [
      {
        path: "yelp_polarity_sentences_train.tsv",
        part: "train",
        bytes: 1_925_805,
        sha256: "9d63346030a8eba3d44e25e23a4332ccfd54eca1920469a5c02cda021aa6776b",
        isExact: false,
      },
      {
        path: "yelp_polarity_sentences_test.tsv",
        part: "test",
        bytes: 494_483,
        sha256: "f7d80eb422853b4a9a90f1a1c30c4f14398a088193f5a5f71b37a652bcbeec36",
        isExact: false,
      },
    ],
    originals: ["test.0", "test.1", "dev.0", "dev.1"].map((part) =>
      repositoryFile(STYLE_TRANSFER, `data/yelp/sentiment.${part}`, 2_500_000),
    ),
    prepare: yelpSentences,
    note: "Drawn from the original's test and development parts by the SHA-256 of the sentences.",
  },
  {
    name: "astd",
    title: "10,006 Arabic tweets of 4 sentiments, with the official splits (Nabil et al. 2015)",
    kind: "text",
    home: pageOf(ASTD),
    licence: "GPL-2.0",
    files: [
      {
        path: "astd_arabic_tweets.tsv",
        part: "all",
        bytes: 1_658_203,
        sha256: "f84bda1e0fe6d85eea1811a20e31ab13f52c0e782e2b74257e457bac265f593b",
        isExact: false,
      },
    ],
    originals: [
      repositoryFile(ASTD, "data/Tweets.txt", 1_600_000),
      ...["balanced", "unbalanced"].flatMap((split) =>
        ["train", "validation", "test"].map((part) =>
          repositoryFile(ASTD, `data/4class-${split}-${part}.txt`, 20_000),
        ),
      ),
    ],
    prepare: arabicTweets,
    note: "The two splits are columns.",
  },
  {
    name: "quora",
    title: "1,000 pairs of Quora questions: the same or not",
    kind: "text",
    home: pageOf(SLIDES),
    licence: "none stated; Quora terms",
    files: [
      {
        path: "quora_pairs_small.csv",
        part: "all",
        bytes: 134_697,
        sha256: "0ce1a65b8603e807ea32af2b6a3e2e29347d8e5e1cd1a38d321edd227f990c17",
        isExact: true,
      },
    ],
    originals: [repositoryFile(SLIDES, "data/quora_small.csv", 135_000)],
    prepare: plainText,
  },
  {
    name: "wnut17",
    title: "WNUT 2017: emerging entities in 5,690 sentences of the web (Derczynski et al. 2017)",
    kind: "text",
    home: pageOf(WNUT),
    licence: "CC BY 4.0",
    files: [
      {
        path: "ner/wnut17_train.conll",
        part: "train",
        bytes: 491_387,
        sha256: "707d8fbadf7ab186e7998fdcbea41470d25d0a453049f531d0c8d0c810a8d8cb",
        isExact: false,
      },
      {
        path: "ner/wnut17_dev.conll",
        part: "validation",
        bytes: 114_749,
        sha256: "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8",
        isExact: true,
      },
      {
        path: "ner/wnut17_test.conll",
        part: "test",
        bytes: 192_425,
        sha256: "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(WNUT, "wnut17train.conll", 494_000),
      repositoryFile(WNUT, "emerging.dev.conll", 114_749),
      repositoryFile(WNUT, "emerging.test.annotated", 192_425),
    ],
    prepare: wnut17,
    note: "Lines of white space between the sentences are made empty.",
  },
  {
    name: "squad",
    title: "SQuAD 1.1, development part: 10,570 questions (Rajpurkar et al. 2016)",
    kind: "text",
    home: "https://rajpurkar.github.io/SQuAD-explorer/",
    licence: "CC BY-SA 4.0",
    files: [
      {
        path: "squad_dev_v1.1.json",
        part: "all",
        bytes: 4_854_279,
        sha256: "95aa6a52d5d6a735563366753ca50492a658031da74f301ac5238b03966972c9",
        isExact: true,
      },
    ],
    originals: [
      {
        name: "dev-v1.1.json",
        addresses: [
          "https://rajpurkar.github.io/SQuAD-explorer/dataset/dev-v1.1.json",
          "https://raw.githubusercontent.com/rajpurkar/SQuAD-explorer/master/dataset/dev-v1.1.json",
        ],
        about: 4_854_279,
      },
    ],
  },
  {
    name: "multi30k",
    title: "31,014 image captions in English, German and French (Elliott et al. 2016, 2017)",
    kind: "text",
    home: pageOf(MULTI30K),
    licence: "none stated; research and education",
    files: [
      {
        path: "multi30k_train.tsv",
        part: "train",
        bytes: 6_022_881,
        sha256: "7c2d6c57de7fcc60b61c224d655cf485778266f81b91c0f00b8f0938f48ca554",
        isExact: false,
      },
      {
        path: "multi30k_val.tsv",
        part: "validation",
        bytes: 213_201,
        sha256: "9a859b2c792c002417aa1a259630a51e776890fc82f9a78c4ded4c9a7cb688f1",
        isExact: false,
      },
      {
        path: "multi30k_test2016.tsv",
        part: "test",
        bytes: 204_990,
        sha256: "60a76a0cb8712e053d65e5a570b2b8bfc8e31c3b3e5037acffe62d21a7ade387",
        isExact: false,
      },
    ],
    originals: ["train", "val", "test_2016_flickr"].flatMap((part, i) =>
      ["en", "de", "fr"].map((language) =>
        repositoryFile(
          { ...MULTI30K, commit: "c9be912dc05a3ebf9ae5bb5f7f58c1791cda43ab" },
          `data/task1/raw/${part}.${language}.gz`,
          i === 0 ? 700_000 : 25_000,
        ),
      ),
    ),
    prepare: multi30k,
    note: "The three languages stand side by side, tab-separated, with a header.",
  },
];
