// What `import … from "recurra/data"` gives: tables as data sets, on Node.

export { type TableDatasetOptions, tableDataset } from "./table-dataset.ts";
export type { TableColumnNames, TableWindows } from "./table-plan.ts";
