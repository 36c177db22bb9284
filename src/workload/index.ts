export { exportWorkload } from "./export-workload.ts";
export { openWorkload } from "./open-workload.ts";
export type { OpenedWorkload, Workload, WorkloadOptions } from "./workload.ts";
