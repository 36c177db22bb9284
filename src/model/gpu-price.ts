import { z } from "zod";

/** The third form of a price: machines of one's own, which are paid by the hour whether they are asked or not. */
export const gpuPriceSchema = z
  .strictObject({
    gpuHourUsd: z.number().positive({ error: "must be a number > 0; a model that really costs nothing has price: free" }).describe("USD for an hour of one GPU"),
    gpus: z.number().positive({ error: "must be a number > 0" }).optional().describe("GPUs that serve the model, a part of one too; default 1"),
    outputTokensPerSecond: z
      .number()
      .positive({ error: "must be a number > 0" })
      .optional()
      .describe("of all calls together; default: as a profile by wrp pool probe has it, and of a live model as measured from its stored answers"),
  })
  .describe("of a model on GPUs of your own: what a token costs follows from how many are made in an hour; input is in it, and costs nothing by itself");

/** USD per GPU hour, and how many output tokens a second are made of it, where that is known beforehand. */
export interface GpuPrice extends Readonly<z.infer<typeof gpuPriceSchema>> {
  /** Where the tokens per second are from, in words. Default: stated. */
  readonly rateFrom?: string | undefined;
}
