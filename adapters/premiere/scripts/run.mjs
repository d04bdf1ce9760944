// Runs a TypeScript file under Node: `node scripts/run.mjs FILE [ARGUMENTS]`. It is bundled first, so that it starts fast.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

const [entry, ...rest] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "vem-premiere-"));
const outfile = join(folder, "bundle.mjs");
try {
  const options = { bundle: true, format: "esm", platform: "node", target: "node20", sourcemap: "inline" };
  await build({ entryPoints: [entry], outfile, logLevel: "error", ...options });
  const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...rest], { stdio: "inherit" });
  process.exitCode = await new Promise((done) => child.on("exit", (code) => done(code ?? 1)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
