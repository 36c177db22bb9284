export { exportWorkload } from "./export-workload.ts";
export { openWorkload } from "./open-workload.ts";
export type { Workload, WorkloadOptions } from "./workload.ts";
