/** wrp as a library: the same pipeline that the command line runs. */
export { evaluate, type EvaluateEvent, type Parts, type RunSettings } from "./evaluate.ts";
export { configSchema, type Config, type PolicySpec } from "./model/config.ts";
export { datasetRowSchema, type DatasetRow } from "./model/dataset-row.ts";
export { EXIT, WrpError } from "./model/errors.ts";
export { reportSchema, type Report } from "./model/report.ts";
export { openStore } from "./outcomes/index.ts";
export type { OutcomeStore } from "./outcomes/store.ts";
export { renderers } from "./report/render/index.ts";
export { openWorkload, type Workload, type WorkloadOptions } from "./workload/index.ts";
