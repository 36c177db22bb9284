/**
 * Tries the package as its users get it: `npm run package:trial`. Packs it, looks at what the tarball holds, installs it into empty
 * folders with production dependencies alone, and runs it there on the oldest Node that it allows and on the newest that npm serves.
 * Takes one to two minutes, and the network where npm's cache is cold; every step has an end. Exits 1 where anything is not as it should be.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const MINUTE_MS = 60_000;
const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  version: string;
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** What may be in the tarball. */
const ALLOWED = [/^bin\/wrp\.js$/, /^dist\/.+\.(js|d\.ts)$/, /^schemas\/[\w-]+\.schema\.json$/, /^datasets\/(heads\/)?[\w.-]+\.(jsonl|jsonl\.gz|json|yaml|md)$/, /^docs\/models\/[\w-]+\.md$/, /^examples\/[\w.-]+\.(md|yaml|py|sh)$/, /^reports\/[\w-]+\.svg$/, /^(ARCHITECTURE|CHANGELOG|README)\.md$/, /^LICENSE$/, /^package\.json$/];
const NEEDED = ["bin/wrp.js", "dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "schemas/config.schema.json", "datasets/starter.jsonl", "datasets/heads/domain.json", "docs/models/domain.md", "README.md", "LICENSE"];

const faults: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "wrp-package-"));
try {
  const tarball = pack();
  const [floor, newest] = [`${/\d+\.\d+/.exec(manifest.engines.node)?.[0]}.0`, newestNode()];
  for (const version of floor === newest ? [floor] : [floor, newest]) tryOn(version, tarball);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const fault of faults) process.stderr.write(`not right: ${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Packs the package; the tarball's path. */
function pack(): string {
  const packed = Object.values(JSON.parse(npm(["pack", "--json", "--pack-destination", scratch], ROOT))) as { filename: string; size: number; unpackedSize: number; files: { path: string }[] }[];
  const { filename, size, unpackedSize, files } = packed[0] as (typeof packed)[number];
  const paths = files.map(({ path }) => path);
  process.stdout.write(`${filename}: ${paths.length} files, ${mb(size)} packed, ${mb(unpackedSize)} unpacked\n`);
  for (const path of paths) if (!ALLOWED.some((pattern) => pattern.test(path))) faults.push(`the tarball holds ${path}`);
  for (const path of NEEDED) if (!paths.includes(path)) faults.push(`the tarball lacks ${path}`);
  // The compiler leaves what it made of files that are gone.
  const sources = new Set(globSync("src/**/*.ts", { cwd: ROOT }).map((path) => path.replace(/^src/, "dist").replace(/\.ts$/, "")));
  for (const path of paths) if (path.startsWith("dist/") && !sources.has(path.replace(/(\.d\.ts|\.js)$/, ""))) faults.push(`${path} is of no source: rm -rf dist && npm run build`);
  for (const path of paths) for (const word of machineWords()) if (readFileSync(join(ROOT, path)).includes(word)) faults.push(`${path} names "${word}", which is of this machine`);
  return join(scratch, filename);
}

/** What only this machine would put into a file: folders, and where its packages come from. */
function machineWords(): string[] {
  const registry = new URL(npm(["config", "get", "registry"], scratch).trim()).host;
  const home = homedir();
  return [ROOT, scratch, ...(home.length > 5 ? [home] : []), ...(registry === "registry.npmjs.org" ? [] : [registry])];
}

function newestNode(): string {
  const versions = JSON.parse(npm(["view", `${nodePackage()}`, "versions", "--json"], scratch)) as string[];
  const order = (version: string) => version.split(".").map((part) => part.padStart(6, "0")).join(".");
  return versions.filter((version) => /^\d+\.\d+\.\d+$/.test(version)).toSorted((a, b) => (order(a) < order(b) ? -1 : 1)).at(-1) as string;
}

/** The package that brings Node's binary for this machine. */
function nodePackage(): string {
  return `node-${process.platform}-${process.arch}`;
}

/** Installs the tarball into an empty folder with this Node and runs what a newcomer runs. */
function tryOn(version: string, tarball: string): void {
  const home = join(scratch, `node-${version}`);
  mkdirSync(home);
  writeFileSync(join(home, "package.json"), "{}");
  npm(["install", "--no-save", `${nodePackage()}@${version}`], home);
  const bin = join(home, "node_modules", nodePackage(), "bin");
  const app = join(scratch, `app-${version}`);
  mkdirSync(app);
  writeFileSync(join(app, "package.json"), '{ "private": true }');
  const install = run("npm", ["install", "--omit=dev", "--no-audit", "--no-fund", tarball], app, bin, 5 * MINUTE_MS);
  if (install.status !== 0) return void faults.push(`Node ${version}: npm install ended with ${install.status}: ${install.stderr}`);
  for (const line of install.stderr.split("\n").filter((text) => /EBADENGINE|deprecated|allow-?scripts/i.test(text))) faults.push(`Node ${version}: npm install warns: ${line}`);
  const modules = join(app, "node_modules");
  for (const name of Object.keys(manifest.devDependencies)) if (!(name in manifest.dependencies) && existsSync(join(modules, name))) faults.push(`Node ${version}: the development dependency ${name} is installed`);
  const sizes = installed(modules);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  process.stdout.write(`Node ${version}: ${sizes.length} packages, ${mb(total)} installed (${sizes.slice(0, 6).map(({ name, bytes }) => `${name} ${mb(bytes)}`).join(", ")})\n`);

  const found = run("node", ["--version"], app, bin, MINUTE_MS).stdout.trim();
  if (found !== `v${version}`) faults.push(`Node ${version}: "node" is ${found}`);
  wrp(["--version"], 0, (stdout) => stdout === `${manifest.version}\n`);
  wrp(["init"], 0, () => readFileSync(join(app, "wrp.yaml"), "utf8").startsWith("# yaml-language-server: $schema=./node_modules/wrp/schemas/config.schema.json\n"));
  wrp(["init"], 2, (_, stderr) => stderr.includes("is there already"));
  wrp(["check", "--strict"], 0, (stdout) => stdout === "0 errors, 0 warnings in 2 files\n");
  wrp(["eval", "-o", "report.html", "-o", "report.svg"], 0, (stdout) => stdout.includes("by-rules") && readFileSync(join(app, "report.html"), "utf8").includes("</html>"));
  wrp(["eval", "--json"], 0, (stdout) => (JSON.parse(stdout) as { schemaVersion: number }).schemaVersion === 1);
  wrp(["report", "--json"], 0, (stdout) => (JSON.parse(stdout) as { schemaVersion: number }).schemaVersion === 1);
  wrp(["route", "Why is the sky blue?", "--json"], 0, (stdout) => (JSON.parse(stdout) as { decisions: unknown[] }).decisions.length > 0);
  wrp(["completion", "bash"], 0, (stdout) => stdout.includes("complete -F _wrp wrp"));
  wrp(["eval", "gone.jsonl"], 2, (stdout, stderr) => stdout === "" && stderr.startsWith("error: ") && !stderr.includes("    at "));
  const library = run("node", ["--input-type=module", "-e", 'import { openWorkload } from "wrp"; const w = await openWorkload({ inputs: ["prompts.jsonl"], seed: 1, cwd: "." }); process.stdout.write(w.name)'], app, bin, MINUTE_MS);
  if (library.stdout !== "prompts" || library.stderr !== "") faults.push(`Node ${version}: the library: ${library.stdout}${library.stderr}`);

  function wrp(args: string[], code: number, right: (stdout: string, stderr: string) => boolean): void {
    const { status, stdout, stderr } = run("npx", ["wrp", ...args], app, bin, MINUTE_MS);
    let well = false;
    try {
      well = right(stdout, stderr) && !/ExperimentalWarning|DeprecationWarning/.test(stderr);
    } catch (error) {
      faults.push(`Node ${version}: npx wrp ${args.join(" ")}: ${String(error)}`);
    }
    if (status !== code || !well) faults.push(`Node ${version}: npx wrp ${args.join(" ")} ended with ${status} (not ${code}, or not with what it should say)\n${stdout.slice(0, 500)}${stderr.slice(0, 2000)}`);
  }
}

/** The packages of a node_modules, largest first: bytes of their files. */
function installed(modules: string): { name: string; bytes: number }[] {
  const names = readdirSync(modules).flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : name.startsWith(".") ? [] : [name]));
  const bytesOf = (folder: string) => globSync("**/*", { cwd: folder }).reduce((sum, path) => sum + fileBytes(join(folder, path)), 0);
  return names.map((name) => ({ name, bytes: bytesOf(join(modules, name)) })).toSorted((a, b) => b.bytes - a.bytes);
}

function fileBytes(path: string): number {
  const stat = statSync(path);
  return stat.isFile() ? stat.size : 0;
}

/** npm's answer on stdout; with the Node that runs this script. Throws where it fails. */
function npm(args: string[], cwd: string): string {
  const { status, stdout, stderr } = run("npm", args, cwd, resolve(process.execPath, ".."), 5 * MINUTE_MS);
  if (status !== 0) throw new Error(`npm ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout;
}

function run(command: string, args: string[], cwd: string, bin: string, timeout: number): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: environment(bin), encoding: "utf8", timeout, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
  return { status, stdout: stdout ?? "", stderr: `${stderr ?? ""}${error ? String(error) : ""}` };
}

/** The environment, with this Node first; without what `npm run` tells its scripts of the project that they are of. */
function environment(bin: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([key]) => !/^npm_(package|lifecycle|config_local_prefix|config_prefix|command|execpath|node_execpath)|^(INIT_CWD|NODE_OPTIONS|CI)$/i.test(key));
  return { ...Object.fromEntries(kept), PATH: `${bin}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1", npm_config_update_notifier: "false" };
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
