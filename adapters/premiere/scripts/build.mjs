// Builds plugin/main.js from src/. With --check: says whether the committed one is that of these sources (exit 1 if not).
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}plugin/main.js`;

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  bundle: true,
  write: false,
  format: "iife",
  platform: "neutral",
  target: "es2021",
  charset: "utf8",
  legalComments: "none",
  external: ["uxp", "premierepro", "fs", "os"],
  banner: { js: "// Built from adapters/premiere/src by `npm run build`; do not edit." },
});
const built = outputFiles[0].text;

if (process.argv.includes("--check")) {
  const committed = await readFile(target, "utf8").catch(() => "");
  if (committed !== built) {
    console.error("plugin/main.js is not what src/ builds. Run `npm run build` in adapters/premiere.");
    process.exit(1);
  }
} else {
  await writeFile(target, built);
  console.log(`plugin/main.js, ${(built.length / 1024).toFixed(1)} KiB`);
}
