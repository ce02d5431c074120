// Sizes as people read them.

const UNITS = ["kB", "MB", "GB", "TB"] as const;

/** `812 bytes`, `1.7 kB`, `600 kB`, `13.3 MB`: thousands, as disks and browsers count. */
export function displayBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  let value = bytes;
  let unit = "";
  for (const larger of UNITS) {
    // 999.95 would be shown as 1,000.
    if (value < 999.5) break;
    value /= 1000;
    unit = larger;
  }
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}
