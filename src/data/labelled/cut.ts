// Lines of delimited text, cut into cells.

/** Tabs before semicolons before commas before spaces: decimal commas stand beside semicolons, and labels may hold spaces. */
const DELIMITERS = ["\t", ";", ",", " "] as const;

/** What separates the cells of a line. */
export function delimiterOf(line: string): string {
  return DELIMITERS.find((candidate) => line.trim().includes(candidate)) ?? ",";
}

/** The cells of a line. Cells in double quotes may hold the delimiter; several spaces separate as one does. */
export function cellsOf(line: string, delimiter: string): readonly string[] {
  if (delimiter === " ") return line.trim().split(/\s+/);
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? "";
    if (character === '"' && isQuoted && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (character === '"') {
      isQuoted = !isQuoted;
    } else if (character === delimiter && !isQuoted) {
      cells.push(cell);
      cell = "";
    } else {
      cell += character;
    }
  }
  return [...cells, cell];
}
