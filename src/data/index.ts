// What `import … from "recurra/data"` gives: tables as data sets, on Node.

export { type Dataset, type DatasetFile, type DatasetOptions, dataset } from "./catalogue/dataset.ts";
export { type ReadSeriesOptions, readLabelledSeries } from "./labelled/read-labelled-series.ts";
export { type LabelledSeries, labelledSeries, takeSeries } from "./labelled-series.ts";
export { type TableDatasetOptions, tableDataset } from "./table-dataset.ts";
export type { TableColumnNames, TableWindows } from "./table-plan.ts";
