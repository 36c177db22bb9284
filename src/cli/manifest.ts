import { readFileSync } from "node:fs";

/** This package's version. */
export function wrpVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}
