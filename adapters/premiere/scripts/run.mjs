// Runs a TypeScript file under Node: `node scripts/run.mjs FILE [ARGUMENTS]`. It is bundled first, so that it starts fast.
// `node scripts/run.mjs --bundle FILE TARGET` only bundles it.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";

const options = { bundle: true, format: "esm", platform: "node", target: "node20", sourcemap: "inline" };

function bundled(entry, outfile) {
  return build({ entryPoints: [entry], outfile, logLevel: "error", ...options });
}

const [first, ...rest] = process.argv.slice(2);
if (first === "--bundle") {
  await bundled(rest[0], rest[1]);
} else {
  const folder = await mkdtemp(join(tmpdir(), "vem-premiere-"));
  try {
    const outfile = join(folder, "bundle.mjs");
    await bundled(first, outfile);
    const child = spawn(process.execPath, ["--enable-source-maps", outfile, ...rest], { stdio: "inherit" });
    process.exitCode = await new Promise((done) => child.on("exit", (code) => done(code ?? 1)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
