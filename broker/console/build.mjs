// Builds the console: type check, one bundle, static files, side by side in one folder.
//
//   node build.mjs --work DIR --out DIR
//
// DIR of --out is what drayd serves (admin.console_dir). Unit tests are bundled into --work/test, so that Node
// runs the same modules as the browser.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const source = path.dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({ options: { work: { type: "string" }, out: { type: "string" } } });
for (const name of ["work", "out"]) {
  if (!options[name]) fail(`--${name} DIR is missing`);
}
const modules = path.join(source, "node_modules");
if (!fs.existsSync(path.join(modules, "esbuild"))) {
  fail(`npm packages are missing in ${source}; run 'make deps'`);
}
const { build } = await import("esbuild");
const work = path.resolve(options.work);
const out = path.resolve(options.out);

checkTypes();
await bundlePage();
await bundleTests();

function checkTypes() {
  try {
    const tsc = path.join(modules, "typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "--project", source], { stdio: ["ignore", "inherit", "inherit"] });
  } catch (error) {
    fail(`tsc failed: ${error.message.split("\n")[0]}`);
  }
}

// index.html comes last: without it drayd serves nothing, so it never serves half a page.
async function bundlePage() {
  fs.rmSync(out, { recursive: true, force: true });
  await build({
    entryPoints: { console: path.join(source, "src/main.ts") },
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "linked",
    logLevel: "warning",
  });
  for (const name of fs.readdirSync(path.join(source, "public")).sort().reverse()) {
    fs.copyFileSync(path.join(source, "public", name), path.join(out, name));
  }
}

async function bundleTests() {
  const folder = path.join(source, "test");
  const tests = path.join(work, "test");
  fs.rmSync(tests, { recursive: true, force: true });
  await build({
    entryPoints: fs.readdirSync(folder).map((name) => path.join(folder, name)),
    outdir: tests,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    sourcemap: "inline",
    logLevel: "warning",
  });
}

function fail(message) {
  console.error(`console: ${message}`);
  process.exit(1);
}
