import { unknownName, WrpError } from "../../model/errors.ts";
import { columnList, type Source } from "../source.ts";
import { aibrix } from "./aibrix.ts";
import { envoyAiGateway } from "./envoy-ai-gateway.ts";
import type { ColumnMap, Importer } from "./importer.ts";
import { litellm } from "./litellm.ts";
import { otelGenai } from "./otel-genai.ts";
import { llmrouter } from "./llmrouter.ts";
import { llmrouterbench } from "./llmrouterbench.ts";
import { omnisbench } from "./omnisbench.ts";
import { routefoundry } from "./routefoundry.ts";
import { routellm } from "./routellm.ts";
import { routerarena } from "./routerarena.ts";
import { routerbench } from "./routerbench.ts";
import { table } from "./table.ts";
import { vsrReplay } from "./vsr-replay.ts";
import { wrp } from "./wrp.ts";

/**
 * In the order in which they are tried: logs first, whose names are their own while some of their columns are others' too; a table
 * last, which takes only what is mapped.
 */
export const importers: readonly Importer[] = [
  litellm, envoyAiGateway, otelGenai, aibrix, vsrReplay,
  wrp,
  routerarena, llmrouterbench, omnisbench, routefoundry, llmrouter, routerbench, routellm,
  table,
];

/** The importer asked for, or the one whose form the file has. Throws WrpError where there is none. */
export function findImporter(source: Source, format: string | undefined, map: ColumnMap | undefined): Importer {
  if (format !== undefined) {
    const named = importers.find((importer) => importer.name === format);
    if (!named)
      throw unknownName(
        "format",
        format,
        importers.map((importer) => importer.name),
      );
    if (map && named !== table)
      throw new WrpError(`a column map goes with format "${table.name}", not "${named.name}"`, { hint: "leave out --format or --map" });
    return named;
  }
  if (map) return table;
  const found = importers.find((importer) => importer.detect(source));
  if (found) return found;
  throw new WrpError(`cannot tell what this ${source.container.name} file holds; its columns are ${columnList(source)}`, {
    place: { file: source.file.name },
    hint: "say which columns mean what: --map prompt=…,quality.MODEL=…,cost.MODEL=… (or name a --format: " +
      `${importers.map((importer) => importer.name).join(", ")})`,
  });
}
