// Durations as people read them.

/** `8 s`, `2 min 5 s`, `1 h 20 min`; `…` where it cannot be told. */
export function durationOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return "…";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
