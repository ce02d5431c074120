// The words that stand below a column of dates where its sum or mean stands beside them.

const TOTAL =
  /^(?:grand |sub)?(?:totals?|sums?|summen?|gesamt(?:summe)?|insgesamt|average|mean|durchschnitt|mittelwert|total(?:e|es|en)?|somme|suma|totaal)\s*:?$/i;

/** Whether a text in place of a time says that the row is a sum of the others. */
export function isTotal(text: string): boolean {
  return TOTAL.test(text.trim());
}
