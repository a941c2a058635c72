// Makes the two files that the gateway embeds, src/page/built/app.js and app.css, from what is here.
//
//   node page/build.mjs            writes them
//   node page/build.mjs --check    fails if they are not what would be written

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const target = join(here, "../src/page/built");

const { outputFiles } = await build({
  entryPoints: [
    { in: join(here, "main.mjs"), out: "app" },
    { in: join(here, "style.css"), out: "app" },
  ],
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  // AbortSignal.any is the newest thing that is used.
  target: ["chrome116", "firefox124", "safari17.4"],
  charset: "utf8",
  legalComments: "none",
  write: false,
});
const built = outputFiles.map(({ path, contents }) => ({ path, contents: Buffer.from(contents) }));

if (process.argv.includes("--check")) {
  const stale = built.filter(({ path, contents }) => !readFileSync(path).equals(contents));
  for (const { path } of stale) console.error(`${path} is not what page/ makes: run node page/build.mjs`);
  process.exit(stale.length ? 1 : 0);
}
for (const { path, contents } of built) {
  writeFileSync(path, contents);
  console.log(`${path}: ${contents.length} bytes`);
}
