// Writes contracts/artifacts from what `forge build` left in contracts/out: what the gateway embeds, so that building
// it needs no Solidity compiler. With --check nothing is written, and a stale artifact is a failure.
//
//   node contracts/artifacts.mjs [--check]

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const CONTRACTS = [
  "Dm3Resolver",
  "SignatureCheck",
  "UniversalResolver",
  "ENSRegistry",
  "PlainResolver",
  "ContractAccount",
  "ScriptedWalletFactory",
  "ScriptedToken",
];

const here = (path) => new URL(path, import.meta.url);

/** The artifact of a contract, without anything that depends on the machine or on other files. */
function artifact(contractName) {
  const built = JSON.parse(readFileSync(here(`out/${contractName}.sol/${contractName}.json`), "utf8"));
  const { compiler, settings } = built.metadata;
  const { evmVersion, optimizer, metadata } = settings;
  return {
    contractName,
    compiler: { version: compiler.version, settings: { evmVersion, optimizer, metadata } },
    abi: built.abi,
    bytecode: built.bytecode.object,
    deployedBytecode: built.deployedBytecode.object,
  };
}

/** One line for each field and each entry of the ABI, so that a change of the interface reads well as a diff. */
function format({ abi, ...rest }) {
  const lines = Object.entries(rest).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const entries = abi.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n");
  lines.splice(2, 0, `  "abi": [\n${entries}\n  ]`);
  return `{\n${lines.join(",\n")}\n}\n`;
}

const check = process.argv.includes("--check");
mkdirSync(here("artifacts"), { recursive: true });

for (const name of CONTRACTS) {
  const path = here(`artifacts/${name}.json`);
  const fresh = format(artifact(name));
  if (existsSync(path) && readFileSync(path, "utf8") === fresh) continue;
  if (check) {
    console.error(`contracts/artifacts/${name}.json is stale: run contracts/check --update`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, fresh);
    console.log(`wrote contracts/artifacts/${name}.json`);
  }
}
