import { readdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { placed, raise, tellingLater, WrpError, type Place, type Tell } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import { baseName, looksLikeData, type DataFile } from "./data-file.ts";

/**
 * The files that inputs (files, folders, globs, relative to `cwd`) stand for, in input order, sorted by code unit within
 * each. Files in `skip` are passed over where a folder or glob finds them. Throws WrpError on a missing or empty input
 * and on a file named twice.
 *
 * @param told where the user wrote each input, and who is told of one that cannot be used, which is then left out
 */
export async function findFiles(
  inputs: readonly string[],
  cwd: string,
  skip: readonly DataFile[] = [],
  { placeOf = () => undefined, tell = raise }: { placeOf?: (input: number) => Place | undefined; tell?: Tell } = {},
): Promise<DataFile[]> {
  if (inputs.length === 0) throw new WrpError("no data was named", { hint: "name files, folders or globs" });
  const skipped = new Set(await Promise.all(skip.map((file) => realpath(file.path))));
  const files: DataFile[] = [];
  const names = new Map<string, string>();
  let left = 0;
  for (const [k, input] of inputs.entries()) {
    for (const file of (await tellingLater(tell, () => expand(input, cwd), placeOf(k))) ?? []) {
      const real = await realpath(file.path);
      if (file.name !== input && skipped.has(real)) {
        left++;
        continue;
      }
      const earlier = names.get(real);
      if (earlier !== undefined) {
        tell(placed(new WrpError(`"${file.name}" is named twice`, earlier === file.name ? {} : { hint: `it is the same file as "${earlier}"` }), placeOf(k)));
        continue;
      }
      names.set(real, file.name);
      files.push(file);
    }
  }
  if (files.length === 0 && left > 0) tell(new WrpError("no data files are left when those to exclude are taken out"));
  return files;
}

/** One file that must exist. */
export async function findFile(input: string, cwd: string): Promise<DataFile> {
  const path = resolve(cwd, input);
  const kind = await kindOf(path, input);
  if (kind === "file") return { name: input, path };
  throw kind === "folder" ? new WrpError(`"${input}" is a folder, not a file`) : await missing(input, path);
}

/** A name for files taken together: of one, its base name; of several, the folder they share. */
export function commonName(files: readonly DataFile[]): string {
  const [first, ...others] = files.map((file) => file.path) as [string, ...string[]];
  if (others.length === 0) return baseName((files[0] as DataFile).name);
  let folder = dirname(first);
  while (others.some((path) => relative(folder, path).startsWith("..") || isAbsolute(relative(folder, path)))) folder = dirname(folder);
  return basename(folder) || "workload";
}

async function expand(input: string, cwd: string): Promise<DataFile[]> {
  const path = resolve(cwd, input);
  const kind = await kindOf(path, input);
  if (kind === "file") return [{ name: input, path }];
  if (kind === "folder") return folderFiles(input, path);
  if (!isDynamicPattern(input)) throw await missing(input, path);
  const found = await glob([input], { cwd, absolute: isAbsolute(input), onlyFiles: true, expandDirectories: false });
  if (found.length === 0) throw new WrpError(`no file matches "${input}"`, { code: "no-such-file" });
  return found.sort(byCodeUnit).map((name) => ({ name, path: resolve(cwd, name) }));
}

async function folderFiles(input: string, path: string): Promise<DataFile[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && looksLikeData(entry.name))
    .map((entry) => relative(path, join(entry.parentPath, entry.name)))
    .sort(byCodeUnit);
  if (names.length === 0)
    throw new WrpError(`no data files in folder "${input}"`, { code: "no-such-file", hint: "data files end in .jsonl, .ndjson, .json, .csv, .tsv, .parquet (or these and .gz)" });
  return names.map((name) => ({ name: join(input, name), path: join(path, name) }));
}

async function kindOf(path: string, input: string): Promise<"file" | "folder" | "missing"> {
  try {
    const found = await stat(path);
    if (found.isFile()) return "file";
    if (found.isDirectory()) return "folder";
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return "missing";
    throw new WrpError(`"${input}" cannot be read (${code === "ELOOP" ? "its links go round in a circle" : code})`, { cause: error });
  }
  throw new WrpError(`"${input}" is no regular file`, { hint: "data is read more than once, so pipes and devices cannot be: save it to a file first" });
}

async function missing(input: string, path: string): Promise<WrpError> {
  const target = await readlink(path).catch(() => null);
  if (target !== null) return new WrpError(`"${input}" is a link to a file that does not exist: "${target}"`);
  const near = await nearName(path);
  const hint = near === null ? {} : { hint: `did you mean "${join(dirname(input), near)}"?` };
  return new WrpError(`no such file or folder: "${input}"`, { code: "no-such-file", ...hint });
}

/** The name in the same folder that is nearest by spelling, if any is near. */
async function nearName(path: string): Promise<string | null> {
  try {
    return nearest(basename(path), (await readdir(dirname(path))).slice(0, 10_000).sort(byCodeUnit));
  } catch {
    return null;
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
