// Numbers as people read them.

/** A number for reading: about four significant digits, thousands separated; a dash for one that is undefined. */
export function displayNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e12) return value.toPrecision(4);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A p value for reading; smaller ones than one in ten thousand say no more. */
export function displayP(value: number): string {
  return value < 1e-4 ? "< 0.0001" : displayNumber(value);
}

/** `94.3 %`; a dash for what is undefined. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "–";
}
