// What models are called where people read, beside the names that programs use.

const DISPLAY_NAMES = new Map([
  ["lstm", "LSTM"],
  ["gru", "GRU"],
  ["rnn", "simple RNN"],
  ["seasonal-naive", "seasonal naive"],
]);

/** `LSTM` for `lstm`; a name that is not known stays as it is. */
export function displayName(model: string): string {
  return DISPLAY_NAMES.get(model) ?? model;
}

/** A number for reading: four significant digits, thousands separated; a dash for one that is undefined. */
export function displayNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const digits = Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 };
  return value.toLocaleString("en-US", digits);
}
