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
  "NameWrapper",
  "PlainResolver",
  "OnchainResolver",
  "ContractAccount",
  "ScriptedWalletFactory",
  "ScriptedToken",
];
/** What explorers verify on real chains. */
const VERIFIED = ["Dm3Resolver"];

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

/** What the compiler has to be given for the same code (its standard JSON), as Etherscan and Sourcify take it. */
function standardJson(contractName) {
  const { metadata } = JSON.parse(readFileSync(here(`out/${contractName}.sol/${contractName}.json`), "utf8"));
  const { compilationTarget, ...settings } = metadata.settings;
  const read = (path) => [path, { content: readFileSync(here(`../${path}`), "utf8") }];
  const outputSelection = { "*": { "*": ["abi", "evm.bytecode", "evm.deployedBytecode", "metadata"] } };
  const sources = Object.fromEntries(Object.keys(metadata.sources).map(read));
  return { language: metadata.language, sources, settings: { ...settings, outputSelection } };
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

for (const name of CONTRACTS) update(`artifacts/${name}.json`, format(artifact(name)));
for (const name of VERIFIED) {
  update(`artifacts/${name}.standard.json`, `${JSON.stringify(standardJson(name), null, 1)}\n`);
}

function update(file, fresh) {
  if (existsSync(here(file)) && readFileSync(here(file), "utf8") === fresh) return;
  if (check) {
    console.error(`contracts/${file} is stale: run contracts/check --update`);
    process.exitCode = 1;
  } else {
    writeFileSync(here(file), fresh);
    console.log(`wrote contracts/${file}`);
  }
}
