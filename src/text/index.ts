// What `import … from "recurra/text"` gives: tokenisers, classifiers and language models of texts, and their measures.

export { readTaggedSentences } from "../data/texts/read-tagged-sentences.ts";
export { readTexts } from "../data/texts/read-texts.ts";
export { streamTexts } from "../data/texts/stream-texts.ts";
export type {
  ReadTextsOptions,
  StreamTextsOptions,
  TextData,
  TextPlace,
  TextSource,
} from "../data/texts/text-options.ts";
export { type BucketOptions, bucketByLength } from "../model/datasets/bucket-by-length.ts";
export { type PadOptions, padSequences } from "../model/datasets/pad-sequences.ts";
export {
  type ClassifyTextsOptions,
  classifyTexts,
  type TextClassification,
} from "./classify/classify-texts.ts";
export { type DistinctiveWord, distinctiveWords } from "./classify/distinctive-words.ts";
export { type ExplainTextOptions, explainText } from "./classify/explain-text.ts";
export type { GivenTexts, LabelledTexts } from "./classify/labelled-texts.ts";
export type { TextLabel } from "./classify/labels.ts";
export { evaluateFlags, type LabelsEvaluation } from "./classify/multi-label.ts";
export type { TextClassifierConfig } from "./classify/settings.ts";
export {
  type ClassifierTraining,
  loadTextClassifier,
  type TextClassifier,
  type TextPrediction,
} from "./classify/text-classifier.ts";
export {
  type ClassifierEpoch,
  type TrainTextClassifierOptions,
  trainTextClassifier,
} from "./classify/train-text-classifier.ts";
export type { CorpusItem, CorpusSource } from "./embed/corpus.ts";
export { type GloveOptions, glove } from "./embed/glove.ts";
export type { EmbedProgress } from "./embed/shares.ts";
export { type ValidityOptions, validity } from "./embed/validity.ts";
export type { ValidityFigures, ValidityModel } from "./embed/validity-model.ts";
export { type Word2vecOptions, word2vec } from "./embed/word2vec.ts";
export type {
  AttentionTextTrace,
  NextToken,
  RecurrentTextTrace,
  TextLayerTrace,
  TextVerdict,
} from "./inside/layer-trace.ts";
export type { TextTrace } from "./inside/text-trace.ts";
export type { ColouredTextOptions, TracePlotOptions } from "./inside/trace-charts.ts";
export { type TraceTextOptions, traceText } from "./inside/trace-text.ts";
export { type GenerateOptions, generate, generateText } from "./language/generate.ts";
export {
  bitsPerCharacter,
  crossEntropy,
  type LanguageModel,
  perplexity,
  type Reader,
  type TextScore,
  totalScore,
} from "./language/language-model.ts";
export { loadLanguageModel } from "./language/load-language-model.ts";
export { type CountedNGram, fitNGramModel, type NGramModel } from "./language/n-gram/n-gram-model.ts";
export type { NGramOptions } from "./language/n-gram/n-gram-options.ts";
export type { LanguageTraining, NeuralLanguageModel } from "./language/neural/neural-language-model.ts";
export type { LanguageModelConfig } from "./language/neural/settings.ts";
export {
  type LanguageEpoch,
  type TrainLanguageModelOptions,
  trainLanguageModel,
} from "./language/neural/train-language-model.ts";
export { Sampler, type SamplingOptions } from "./language/sampling.ts";
export type { MapMetric, VectorRows } from "./maps/point-rows.ts";
export {
  type PrincipalComponents,
  type PrincipalComponentsOptions,
  principalComponents,
} from "./maps/principal-components.ts";
export { type TsneMap, type TsneOptions, tsne } from "./maps/t-sne.ts";
export { trustworthiness } from "./maps/trustworthiness.ts";
export { type UmapMap, type UmapOptions, umap } from "./maps/umap.ts";
export { align } from "./metrics/alignment.ts";
export { type BleuOptions, type BleuScore, corpusBleu, formatBleu, sentenceBleu } from "./metrics/bleu.ts";
export { type ChrfOptions, type ChrfScore, corpusChrf, sentenceChrf } from "./metrics/chrf.ts";
export {
  type EntityOptions,
  type EntityReport,
  entityReport,
  formatEntityReport,
} from "./metrics/entity-f1.ts";
export { type EntitySpan, entitiesOf, strictEntitiesOf, type TagScheme } from "./metrics/entity-spans.ts";
export { characterErrorRate, type ErrorRate, wordErrorRate } from "./metrics/error-rate.ts";
export { corpusRouge, type RougeOptions, type RougeScores, sentenceRouge } from "./metrics/rouge.ts";
export { loadTextTable } from "./table/load-text-table.ts";
export { type NumberScores, numberScores } from "./table/scores.ts";
export type { TextTableConfig } from "./table/settings.ts";
export type {
  TextTable,
  TextTableEvaluation,
  TextTablePredictions,
} from "./table/text-table.ts";
export {
  type TextTableData,
  type TextTableEpoch,
  type TrainTextTableOptions,
  trainTextTable,
} from "./table/train-text-table.ts";
export { loadTagger } from "./tag/load-tagger.ts";
export type { TaggedData } from "./tag/sentences.ts";
export type { TaggerConfig } from "./tag/settings.ts";
export type { Tagger, TaggerEvaluation, TaggerTraining } from "./tag/tagger.ts";
export {
  type TaggerEpoch,
  type TrainTaggerOptions,
  trainTagger,
} from "./tag/train-tagger.ts";
export { loadTokenizer, saveTokenizer } from "./tokenizers/files.ts";
export { huggingFaceTokenizer } from "./tokenizers/hugging-face.ts";
export {
  fitTokenizer,
  openTokenizer,
  type TokenizerConfig,
  type TokenizerName,
  tokenizerNames,
  tokenizerOf,
} from "./tokenizers/registry.ts";
export type { Texts, Tokenizer, TokenizerRecord } from "./tokenizers/tokenizer.ts";
export { unicodeWordSplitter } from "./tokenizers/unicode-words.ts";
export { type Vocabulary, vocabularyOf } from "./tokenizers/vocabulary.ts";
export { type BagOptions, bagOfWords } from "./vectorize/bag-of-words.ts";
export { type OneHotOptions, oneHot } from "./vectorize/one-hot.ts";
export { sequencesToTexts, textsToSequences } from "./vectorize/sequences.ts";
export { SparseRows } from "./vectorize/sparse-rows.ts";
export { type MatrixMode, type MatrixOptions, textsToMatrix } from "./vectorize/text-matrix.ts";
export { fitTfIdf, type TfIdf, type TfIdfOptions, tfIdfOf } from "./vectorize/tf-idf.ts";
export {
  type AnalogyScores,
  type EvaluateAnalogiesOptions,
  evaluateAnalogies,
  evaluateSimilarity,
  type SimilarityScore,
} from "./vectors/evaluation.ts";
export { type ReadVectorsOptions, readVectors, type VectorsFormat } from "./vectors/read-vectors.ts";
export { loadVectors, openVectors, saveVectors } from "./vectors/saved-vectors.ts";
export { type SubwordShape, Subwords } from "./vectors/subwords.ts";
export {
  type AnalogyOptions,
  type MatrixOptions as VectorMatrixOptions,
  type Neighbour,
  WordVectors,
} from "./vectors/word-vectors.ts";
export { type WriteVectorsOptions, writeVectors } from "./vectors/write-vectors.ts";
