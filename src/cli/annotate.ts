import { relative, resolve } from "node:path";
import type { Place } from "../model/errors.ts";
import { annotation } from "./github.ts";
import type { World } from "./world.ts";

/** In GitHub Actions: an annotation on stderr (stdout carries the answer only), at its place in the repository. */
export function annotate(level: "error" | "warning", message: string, title: string, place: Place | undefined, world: World): void {
  if (world.env["GITHUB_ACTIONS"] !== "true") return;
  world.stderr.write(`${annotation(level, message, { ...inRepository(place, world), title })}\n`);
}

/** GitHub wants paths from the root of the repository, wherever the step runs. */
export function inRepository(place: Place | undefined, { cwd, env }: World): Partial<Place> {
  const root = env["GITHUB_WORKSPACE"];
  return place && root ? { ...place, file: relative(root, resolve(cwd, place.file)) } : (place ?? {});
}
