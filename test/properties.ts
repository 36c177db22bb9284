import * as fc from "fast-check";

/**
 * Properties take the same examples each time, so that the gate says of a change only what the change did. `WRP_TEST_SEED=7 npm test`
 * takes others. A failure that shrinks for too long is told with the smallest example so far, in place of never.
 */
fc.configureGlobal({ seed: Number(process.env["WRP_TEST_SEED"] ?? 20261124), interruptAfterTimeLimit: 300_000, markInterruptAsFailure: true });
