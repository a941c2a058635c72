// What `dev` prints to be pasted works when it is pasted.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { castProgram } from "./clients.mjs";
import { startDevForPeople } from "./dev.mjs";

const root = join(import.meta.dirname, "../..");

let dev;
let home;

before(async () => {
  dev = await startDevForPeople();
  // Inside of the repository, so that imports find what npm installed.
  home = mkdtempSync(join(root, "node_modules/.pasted-"));
  assert.equal(paste("bash", "Claim a name").trim().split("\n").at(-1).length, 42);
});
after(async () => {
  await dev?.stop();
  if (home) rmSync(home, { recursive: true });
});

/** Runs the indented lines below the heading that begins with these words, and gives what they print. */
function paste(program, heading) {
  const lines = dev.printed.split("\n");
  const from = lines.findIndex((line) => line.startsWith(heading)) + 1;
  const to = lines.findIndex((line, at) => at >= from && !line.startsWith("  "));
  const script = join(home, program === "node" ? "pasted.mjs" : "pasted.sh");
  writeFileSync(script, lines.slice(from, to).join("\n"));
  const env = { ...process.env, PATH: `${dirname(castProgram())}${delimiter}${process.env.PATH}` };
  const done = spawnSync(program, [script], { cwd: home, encoding: "utf8", env });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

test("cast", () => assert.match(paste("bash", "cast"), /https:\/\/example\.com/));
test("viem", () => assert.match(paste("node", "viem"), /https:\/\/example\.com/));
test("ethers", () => assert.match(paste("node", "ethers"), /https:\/\/example\.com/));
