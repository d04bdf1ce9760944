// Builds the panel into server/vem_server/panel/, from where the daemon's gateway serves it and the wheel ships it.
// Beside the page lies manifest.json: a hash of every source, by which a test finds a build that is stale.

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const into = process.env.VEM_PANEL_OUT ?? join(here, "../../server/vem_server/panel");
const SOURCES = ["src", "package-lock.json", "build.mjs", "tsconfig.json"];
const BUNDLED = ["preact", "@preact/signals", "@preact/signals-core", "wavesurfer.js", "@fontsource-variable/inter"];
const MADE = ["index.html", "panel.js", "panel.css", "inter.woff2", "licences.txt", "manifest.json"];
const FONT = "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";

async function filesOf(path) {
  const found = await readdir(join(here, path), { withFileTypes: true }).catch(() => null);
  if (found === null) return [path];
  return (await Promise.all(found.map((entry) => filesOf(join(path, entry.name))))).flat();
}

async function hashesOfSources() {
  const files = (await Promise.all(SOURCES.map(filesOf))).flat().sort();
  const hashes = files.map(async (file) => {
    const text = await readFile(join(here, file));
    return [relative(here, join(here, file)).replaceAll("\\", "/"), createHash("sha256").update(text).digest("hex")];
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** Licences of what is bundled, to go with it. */
async function licences() {
  const texts = BUNDLED.map(async (name) => {
    const { version } = JSON.parse(await readFile(join(here, "node_modules", name, "package.json"), "utf8"));
    const text = await readFile(join(here, "node_modules", name, "LICENSE"), "utf8");
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
  return (await Promise.all(texts)).join(`\n${"-".repeat(100)}\n\n`);
}

await mkdir(into, { recursive: true });
for (const old of await readdir(into)) if (!MADE.includes(old)) await rm(join(into, old), { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { panel: "src/main.tsx" },
  outdir: into,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["chrome100", "safari15.4"],
  legalComments: "inline",
  loader: { ".woff2": "file" },
  external: ["./inter.woff2"],
});
await copyFile(join(here, FONT), join(into, "inter.woff2"));
await copyFile(join(here, "src/index.html"), join(into, "index.html"));
await writeFile(join(into, "licences.txt"), await licences());
const manifest = { about: "Built from adapters/panel by `npm run build`; do not edit.", sources: await hashesOfSources() };
await writeFile(join(into, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);
