// What reports call the networks that read texts.

const NAMES: Readonly<Record<string, string>> = {
  mlp: "the mean of the words' vectors",
  rnn: "a simple RNN",
  lstm: "an LSTM",
  gru: "a GRU",
  bilstm: "a bidirectional LSTM",
  conv: "convolutions",
  "conv-rnn": "convolutions and an RNN",
  transformer: "a transformer",
};

/** `an LSTM` for `lstm`. */
export function displayNetwork(name: string): string {
  return NAMES[name] ?? name;
}
