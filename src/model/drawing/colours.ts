// The colours of drawn models, in light and dark. Text, lines and grounds are those of the charts.

interface Tone {
  readonly light: string;
  readonly dark: string;
}

/** No two light colours are the same, so that a drawing in light colours can be recoloured. */
export const tones = {
  background: { light: "#ffffff", dark: "#0d1117" },
  text: { light: "#1f2328", dark: "#e6edf3" },
  muted: { light: "#59636e", dark: "#9198a1" },
  arrow: { light: "#8c959f", dark: "#7d8590" },
  outline: { light: "#d0d7de", dark: "#3d444d" },
  box: { light: "#fefefe", dark: "#151b23" },
  group: { light: "#f6f8fa", dark: "#11161d" },
  input: { light: "#e7ebef", dark: "#2a313c" },
  recurrent: { light: "#d6e8ff", dark: "#14355c" },
  embedding: { light: "#d4f2dc", dark: "#143d26" },
  convolution: { light: "#ffe6cc", dark: "#51300f" },
  attention: { light: "#eadcff", dark: "#3b2763" },
  dense: { light: "#fde0e6", dark: "#57202f" },
  normalization: { light: "#fff3bf", dark: "#473a0c" },
  shape: { light: "#e4f0f2", dark: "#1c3338" },
  other: { light: "#eceff2", dark: "#262d36" },
} as const satisfies Readonly<Record<string, Tone>>;

export type ToneName = keyof typeof tones;

/** What kind of layer a class is, for its colour. The first that fits. */
const kinds: readonly (readonly [classes: RegExp, tone: ToneName])[] = [
  [/^(Input|Output)$/, "input"],
  [/Attention|Transformer/, "attention"],
  [/RNN|LSTM|GRU|Recurren/, "recurrent"],
  [/Embedding|PositionalEncoding/, "embedding"],
  [/Conv|Pooling|TCN|UpSampling/, "convolution"],
  [/Normalization|Dropout|Noise|Regularization/, "normalization"],
  [
    /^(Add|Subtract|Multiply|Average|Maximum|Minimum|Dot|Concatenate|Flatten|Reshape|Permute|RepeatVector|Masking|Cropping|ZeroPadding|Lambda)/,
    "shape",
  ],
  [/Dense|Activation|ReLU|ELU|Softmax/, "dense"],
];

/** The colour of a layer's head. */
export function toneOf(className: string): ToneName {
  return kinds.find(([classes]) => classes.test(className))?.[1] ?? "other";
}

/** Style rules that turn a drawing in light colours into the dark one where the reader prefers that. */
export function darkRules(): string {
  const rules = Object.values(tones).flatMap(({ light, dark }) =>
    ["fill", "stroke"].map((part) => `[${part}="${light}"]{${part}:${dark}}`),
  );
  return `@media (prefers-color-scheme:dark){${rules.join("")}}`;
}
