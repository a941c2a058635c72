// `deploy` on a chain that plays Sepolia.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { encryptKeystoreJsonSync } from "ethers";
import {
  concat, decodeFunctionData, encodeAbiParameters, getContractAddress, labelhash, namehash, numberToHex, parseAbi,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { viemClient } from "./clients.mjs";
import { artifact } from "./dev.mjs";
import { program } from "./gateway.mjs";
import { deploy, foundry, parse, registryAddress, run, startSepolia, startZones, zones } from "./sepolia.mjs";

const require = createRequire(import.meta.url);
const solc = require("solc");

const create2Deployer = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
const stranger = "0x00000000000000000000000000000000000057a9";
const newSigner = () => privateKeyToAccount(generatePrivateKey()).address;
const home = mkdtempSync(join(tmpdir(), "dm3-deploy-"));
const file = (name, text) => {
  writeFileSync(join(home, name), text);
  return join(home, name);
};

let chain;
let gateway;
before(async () => {
  chain = await startSepolia();
  gateway = await startZones(chain);
});
after(async () => {
  await gateway?.stop();
  await chain?.stop();
  rmSync(home, { recursive: true });
});

/** By the book (EIP-1014), with viem. */
function expectedAddress({ chainId, owner, gateways, signers }) {
  const parameters = [{ type: "address" }, { type: "string[]" }, { type: "address[]" }];
  const bytecode = concat([artifact("Dm3Resolver").bytecode, encodeAbiParameters(parameters, [owner, gateways, signers])]);
  const salt = numberToHex(chainId, { size: 32 });
  return getContractAddress({ opcode: "CREATE2", from: create2Deployer, salt, bytecode });
}

/** Flags for a deployment of its own, beside that of the gateway. */
const alone = (signer, ...zoneFlags) => ["--url", "https://gw.example", "--signer", signer, ...zoneFlags];

describe("from nothing", () => {
  test("a dry run says what would be sent and what it costs, and sends nothing", async () => {
    const block = await chain.reader.getBlockNumber({ cacheTime: 0 });
    const done = await run(["deploy", "--rpc-url", chain.url, "--gateway", gateway.url, "--deployer", chain.deployer, "--dry-run"]);
    assert.equal(done.status, 0, done.stderr);
    const lines = done.stdout.split("\n");
    assert.match(lines[0], /^chain 11155111, resolver 0x/);
    const cost = /at most 0\.\d{9} ETH \(\d+ gas\)$/;
    for (const [at, what] of [[2, "deploy the resolver to"], [3, `mark ${zones.address} as an address zone`],
      [4, `make the name ${zones.address}, with the resolver`], [5, `make the name ${zones.open}, with the resolver`]]) {
      assert.ok(lines[at].includes(what), lines[at]);
      assert.match(lines[at], cost);
    }
    assert.match(lines[6], /in all at most 0\.\d{9} ETH, with gas at/);
    assert.equal(await chain.reader.getBlockNumber({ cacheTime: 0 }), block);
  });

  test("without a terminal and without --yes nothing is sent", async () => {
    const block = await chain.reader.getBlockNumber({ cacheTime: 0 });
    const done = await deploy(chain, "--gateway", gateway.url);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /nobody is here to be asked\n next: pass --yes/);
    assert.equal(await chain.reader.getBlockNumber({ cacheTime: 0 }), block);
  });

  test("everything the gateway needs is there afterwards, at the address that the arguments decide", async () => {
    const done = await deploy(chain, "--gateway", gateway.url, "--yes");
    assert.equal(done.status, 0, done.stderr);
    const { resolver, owner, gateways, signers, transactions } = done.json;
    assert.deepEqual([owner, gateways, signers], [chain.deployer, [gateway.url], [gateway.signer]]);
    assert.equal(resolver, expectedAddress(done.json));
    assert.equal(transactions.length, 4);
    for (const { hash, costWei, maxCostWei } of transactions) {
      assert.equal((await chain.reader.getTransactionReceipt({ hash })).status, "success");
      assert.ok(BigInt(costWei) <= BigInt(maxCostWei));
    }
    const read = (name, ...args) => chain.read(resolver, "Dm3Resolver", name, args);
    assert.equal(await read("owner"), chain.deployer);
    assert.deepEqual(await read("gateways"), [gateway.url]);
    assert.ok(await read("isSigner", gateway.signer));
    assert.ok(await read("isAddressZone", namehash(zones.address)));
    assert.ok(!(await read("isAddressZone", namehash(zones.open))));
    assert.equal(await chain.resolverOf(zones.open), resolver);
    assert.equal(await chain.resolverOf(zones.address), resolver);
    assert.equal(await chain.read(chain.wrapper, "NameWrapper", "ownerOf", [namehash(zones.address)]), chain.deployer);
  });

  test("names resolve then", async () => {
    const name = `0x${chain.deployer.slice(2).toLowerCase()}.${zones.address}`;
    assert.equal(await viemClient(chain.url).address(name), chain.deployer);
  });

  test("a second run sends nothing", async () => {
    const done = await deploy(chain, "--gateway", gateway.url);
    assert.equal(done.status, 0, done.stderr);
    assert.deepEqual(done.json.transactions, []);
    assert.match(done.stderr, /nothing was missing/);
  });

  test("a later run does only what is missing, on the resolver that the zones have", async () => {
    const { resolver } = (await deploy(chain, "--gateway", gateway.url)).json;
    const added = newSigner();
    const wider = ["--gateway", gateway.url, "--signer", gateway.signer, "--signer", added, "--url", gateway.url,
      "--url", "https://second.example", "--guardian", stranger];
    const done = await deploy(chain, ...wider, "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.json.resolver, resolver);
    const did = done.json.transactions.map(({ what }) => what.split(" ").slice(0, 3).join(" "));
    assert.deepEqual(did, ["add the signer", "set the gateways", "set the guardian"]);
    assert.ok(await chain.read(resolver, "Dm3Resolver", "isSigner", [added]));
    const removed = await deploy(chain, "--gateway", gateway.url, "--remove-signer", added, "--yes");
    assert.deepEqual(removed.json.transactions.map(({ what }) => what.split(" ").slice(0, 3).join(" ")),
      ["set the gateways", "remove the signer"]);
    assert.ok(!(await chain.read(resolver, "Dm3Resolver", "isSigner", [added])));
    const both = await deploy(chain, "--gateway", gateway.url, "--remove-signer", gateway.signer, "--yes");
    assert.equal(both.status, 1);
    assert.match(both.stderr, /is to be added and removed/);
  });

  test("a stolen signer is removed by the guardian alone, and everything else stays as it is", async () => {
    await chain.register("stolen.eth");
    const [stolen, guardianKey] = [newSigner(), generatePrivateKey()];
    const guardian = privateKeyToAccount(guardianKey).address;
    await chain.node.setBalance({ address: guardian, value: 10n ** 18n });
    const made = await deploy(chain, ...alone(stolen, "--address-zone", "stolen.eth"), "--guardian", guardian, "--yes");
    assert.equal(made.status, 0, made.stderr);
    const { resolver } = made.json;
    const done = await run(["deploy", "--rpc-url", chain.url, "--resolver", resolver, "--remove-signer", stolen, "--yes", "--json"], { env: { DM3_WALLET_KEY: guardianKey } });
    assert.equal(done.status, 0, done.stderr);
    assert.deepEqual(parse(done.stdout).transactions.map(({ from, what }) => [from, what]), [[guardian, `remove the signer ${stolen}`]]);
    assert.ok(!(await chain.read(resolver, "Dm3Resolver", "isSigner", [stolen])));
    assert.deepEqual(await chain.read(resolver, "Dm3Resolver", "gateways"), ["https://gw.example"]);
    assert.ok(await chain.read(resolver, "Dm3Resolver", "isAddressZone", [namehash("stolen.eth")]));
  });

  test("a run that was stopped in the middle goes on where it was", async () => {
    await chain.register("again.eth");
    const flags = alone(newSigner(), "--address-zone", "again.eth");
    const planned = await deploy(chain, ...flags, "--dry-run");
    const [first, ...others] = planned.json.transactions;
    await chain.sendAs(chain.founder, { to: first.to, data: first.data });
    const done = await deploy(chain, ...flags, "--yes");
    assert.equal(done.json.resolver, planned.json.resolver);
    assert.deepEqual(done.json.transactions.map(({ what }) => what), others.map(({ what }) => what));
    assert.equal(done.status, 0, done.stderr);
  });
});

describe("whoever owns the names", () => {
  test("existing names, in the registry and wrapped, get the resolver in place of another", async () => {
    await chain.register("old.eth");
    await chain.setResolver("old.eth", stranger);
    await chain.registerWrapped("oldwrapped.eth");
    const done = await deploy(chain, ...alone(newSigner(), "--zone", "old.eth", "--zone", "oldwrapped.eth"), "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.json.transactions[1].what, new RegExp(`resolver of old.eth in place of ${stranger}`, "i"));
    for (const name of ["old.eth", "oldwrapped.eth"]) assert.equal(await chain.resolverOf(name), done.json.resolver);
  });

  test("names in between are made too, and keep what is set for them", async () => {
    const flags = alone(newSigner(), "--zone", "a.deep.plain.eth", "--zone", "b.deep.plain.eth", "--zone", "deep.plain.eth", "--zone", "x.y.wrapped.eth");
    const done = await deploy(chain, ...flags, "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(done.json.transactions.length, 6);
    for (const name of ["a.deep.plain.eth", "b.deep.plain.eth", "deep.plain.eth", "x.y.wrapped.eth"]) {
      assert.equal(await chain.resolverOf(name), done.json.resolver, name);
    }
    assert.equal(await chain.resolverOf("y.wrapped.eth"), `0x${"00".repeat(20)}`);
  });

  test("in a registry at another address", async () => {
    const other = "0x00000000000000000000000000000000000e2514";
    const code = artifact("ENSRegistry").deployedBytecode;
    await chain.node.setCode({ address: other, bytecode: code });
    const index = "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5";
    await chain.node.setStorageAt({ address: other, index, value: `0x${"00".repeat(12)}${chain.deployer.slice(2)}` });
    const done = await deploy(chain, ...alone(newSigner(), "--zone", "own.test"), "--registry", other, "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(await chain.read(other, "ENSRegistry", "resolver", [namehash("own.test")]), done.json.resolver);
  });

  test("an owner's operator sends for the owner", async () => {
    await chain.register("operated.eth", chain.founder);
    await chain.write(chain.founder, registryAddress, "ENSRegistry", "setApprovalForAll", [chain.deployer, true]);
    const done = await deploy(chain, ...alone(newSigner(), "--zone", "operated.eth"), "--yes");
    assert.equal(done.status, 0, done.stderr);
    assert.equal(await chain.resolverOf("operated.eth"), done.json.resolver);
    await chain.write(chain.founder, registryAddress, "ENSRegistry", "setApprovalForAll", [chain.deployer, false]);
  });

  test("what others own is printed for them, and works when they send it", async () => {
    await chain.register("foreign.eth", stranger);
    await chain.registerWrapped("foreignwrapped.eth", stranger);
    const flags = alone(newSigner(), "--zone", "foreign.eth", "--zone", "foreignwrapped.eth", "--zone", "sub.foreign.eth", "--address-zone", "sub.foreignwrapped.eth", "--owner", stranger);
    const done = await deploy(chain, ...flags, "--yes");
    assert.equal(done.status, 1);
    assert.match(done.stderr, /error: 5 things are left that this account cannot do\n next: have those above sent/);
    assert.equal(done.json.transactions.length, 1);
    assert.equal(done.json.forOthers.length, 5);
    for (const { from, to, data } of done.json.forOthers) {
      assert.equal(from.toLowerCase(), stranger);
      assert.ok(done.stderr.includes(data) && done.stderr.includes(to));
      assert.equal((await chain.sendAs(from, { to, data })).status, "success");
    }
    for (const name of ["foreign.eth", "foreignwrapped.eth", "sub.foreign.eth", "sub.foreignwrapped.eth"]) {
      assert.equal(await chain.resolverOf(name), done.json.resolver, name);
    }
    const again = await deploy(chain, ...flags);
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual([again.json.transactions, again.json.forOthers], [[], []]);
  });

  test("a name of ENSv2 is led to its registry there", async () => {
    const registries = encodeAbiParameters([{ type: "address[]" }], [[`0x${"00".repeat(20)}`, stranger]]);
    // Answers every call with these: code that copies what stands behind it, and returns that.
    const double = concat(["0x6080600c60003960806000f3", registries]);
    const address = "0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe";
    await chain.node.setCode({ address, bytecode: double });
    const done = await deploy(chain, ...alone(newSigner(), "--zone", "modern.eth"), "--dry-run");
    await chain.node.setCode({ address, bytecode: artifact("UniversalResolver").deployedBytecode });
    const [{ what, from, to, data }] = done.json.forOthers;
    assert.match(what, /resolver of modern\.eth in ENSv2/);
    assert.deepEqual([from, to.toLowerCase()], [null, stranger]);
    const call = decodeFunctionData({ abi: parseAbi(["function setResolver(uint256 anyId, address resolver)"]), data });
    assert.deepEqual(call.args, [BigInt(labelhash("modern")), done.json.resolver]);
  });

  test("what no transaction mends is told", async () => {
    await chain.registerWrapped("fixed.eth", chain.deployer, 8 | 32);
    const flags = alone(newSigner(), "--zone", "fixed.eth", "--zone", "sub.fixed.eth", "--zone", "user.nobody.eth");
    const done = await deploy(chain, ...flags, "--yes");
    assert.equal(done.status, 1);
    assert.match(done.stderr, /3 things are left/);
    const [fixed, below, none] = done.json.obstacles;
    assert.match(fixed, /resolver of fixed\.eth is fixed for good/);
    assert.match(below, /sub\.fixed\.eth cannot be made/);
    assert.match(none, /nobody\.eth is not in the ENS registry .*ENSv2/);
  });
});

describe("where somebody is asked", () => {
  /** Runs `deploy` on a terminal, on which somebody types this. */
  const typing = (answer, ...flags) => {
    const python = `import os, pty, sys
child, terminal = pty.fork()
if child == 0: os.execv(sys.argv[2], sys.argv[2:])
os.write(terminal, sys.argv[1].encode() + b"\\n")
try:
    while said := os.read(terminal, 4096): sys.stdout.buffer.write(said)
except OSError: pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))`;
    const args = ["deploy", "--rpc-url", chain.url, ...flags];
    return run(["-c", python, answer, program, ...args], { file: "python3", env: { DM3_WALLET_KEY: chain.deployerKey } });
  };

  test("nothing is sent but after a yes", async () => {
    await chain.register("asked.eth");
    const flags = alone(newSigner(), "--zone", "asked.eth");
    for (const answer of ["n", "", "maybe"]) {
      const done = await typing(answer, ...flags);
      assert.equal(done.status, 1, done.stdout);
      assert.match(done.stdout, /Send 2 transactions\? \[y\/N\][^]*nothing was sent/);
    }
    assert.match((await deploy(chain, ...flags, "--dry-run")).json.transactions[0].what, /deploy the resolver/);
    const done = await typing("y", ...flags);
    assert.equal(done.status, 0, done.stdout);
    assert.equal((await deploy(chain, ...flags)).json.transactions.length, 0);
  });
});

describe("the signer", () => {
  const refused = async (flags, says) => {
    const block = await chain.reader.getBlockNumber({ cacheTime: 0 });
    const done = await deploy(chain, ...flags, "--yes");
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, says);
    assert.equal(await chain.reader.getBlockNumber({ cacheTime: 0 }), block);
  };
  const zone = ["--zone", "signers.plain.eth"];

  test("must hold nothing, have sent nothing, and be no contract", async () => {
    const rich = newSigner();
    await chain.node.setBalance({ address: rich, value: 1n });
    await refused(alone(rich, ...zone), /must not be a signer: it holds 0\.000000000000000001 ether\n next: .*key new/);
    const busy = newSigner();
    await chain.node.setNonce({ address: busy, nonce: 1 });
    await refused(alone(busy, ...zone), /it has sent 1 transactions/);
    await refused(alone(chain.wrapper, ...zone), /it is a contract/);
  });

  test("must not be the deployer, the owner, the guardian, or an owner of the names", async () => {
    await refused(alone(chain.deployer, ...zone), /it holds .*it deploys the resolver, it owns the resolver/);
    const [owner, guardian, holder] = [newSigner(), newSigner(), newSigner()];
    await refused([...alone(owner, ...zone), "--owner", owner], /it owns the resolver/);
    await refused([...alone(guardian, ...zone), "--guardian", guardian], /it guards the resolver/);
    await chain.register("held.eth", holder);
    await refused(alone(holder, "--zone", "user.held.eth"), /it owns held\.eth/);
  });

  test("must not be that of another chain", async () => {
    const other = await startSepolia({ chainId: 17000 });
    try {
      const signer = newSigner();
      const there = await deploy(other, ...alone(signer, "--zone", "plain.eth"), "--yes");
      assert.equal(there.status, 0, there.stderr);
      const here = [...alone(signer, "--zone", "plain.eth"), "--other-rpc-url", other.url];
      await refused(here, new RegExp(`${signer} is a signer of the resolver ${there.json.resolver} on chain 17000`));
      const free = await deploy(chain, ...alone(newSigner(), "--zone", "plain.eth"), "--other-rpc-url", other.url, "--dry-run");
      assert.equal(free.status, 0, free.stderr);
    } finally {
      await other.stop();
    }
  });

  test("that the resolver knows already is only warned about, for nobody may lock a gateway out with a present", async () => {
    await chain.node.setBalance({ address: gateway.signer, value: 1n });
    const done = await deploy(chain, "--gateway", gateway.url);
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, /warning: .* it is one already/);
    await chain.node.setBalance({ address: gateway.signer, value: 0n });
  });
});

describe("mistakes are told before anything is sent", () => {
  const fails = async (flags, says, env = {}) => {
    const done = await run(["deploy", "--rpc-url", chain.url, ...flags, "--yes"], { env: { DM3_WALLET_KEY: chain.deployerKey, ...env } });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, says);
    assert.doesNotMatch(done.stderr, new RegExp(chain.deployerKey.slice(10)));
  };
  const signer = newSigner();

  test("a gateway of another chain", async () => {
    const other = await startZones({ chainId: 1 });
    await fails(["--gateway", other.url], /the gateway is for chain 1, and --rpc-url is chain 11155111/);
    await other.stop();
  });
  test("a gateway that others cannot reach", async () => {
    const endpoint = `http://chain.test:${new URL(chain.url).port}`;
    // The name of the endpoint is what tells a public chain; the proxy variable leads there.
    const done = await run(["deploy", "--rpc-url", endpoint, "--gateway", gateway.url, "--yes"], {
      env: { DM3_WALLET_KEY: chain.deployerKey, http_proxy: chain.url, no_proxy: "127.0.0.1" },
    });
    assert.equal(done.status, 1);
    assert.match(done.stderr, /others reach it at http:\/\/127.*\n next: set public_url/);
  });
  test("nothing to deploy for", async () => {
    await fails(["--signer", signer, "--zone", "plain.eth"], /no gateway is given\n next: pass --url/);
    await fails(["--url", "https://gw.example", "--zone", "plain.eth"], /no signer is given/);
    await fails(["--url", "https://gw.example", "--signer", signer], /no zone is given/);
  });
  test("URLs that the contract would refuse", async () => {
    for (const url of ["https://gw.example/{sender}/{data}.json", "ftp://gw.example", "https://gw.example?a=b", "gw.example"]) {
      await fails(["--url", url, "--signer", signer, "--zone", "plain.eth"], /base URL of a gateway|the gateway URL/);
    }
  });
  test("a poor deployer", async () => {
    await fails(alone(signer, "--zone", "plain.eth"), /has 0\.000000000 ETH, and may need/, { DM3_WALLET_KEY: generatePrivateKey() });
  });
  test("another owner, another contract, no registry, no endpoint", async () => {
    await fails(["--gateway", gateway.url, "--owner", stranger], /belongs to 0x.*, not to/);
    await fails(["--gateway", gateway.url, "--resolver", registryAddress], /is not the resolver that this version deploys/);
    await fails(["--gateway", gateway.url, "--registry", stranger], /there is no ENS registry at/);
    await fails(["--gateway", gateway.url, "--rpc-url", "http://127.0.0.1:9"].slice(0, 2).concat("--other-rpc-url", "http://127.0.0.1:9"), /does not answer/);
  });
  test("a chain without the deterministic deployer", async () => {
    const code = await chain.reader.getCode({ address: create2Deployer });
    await chain.node.setCode({ address: create2Deployer, bytecode: "0x" });
    await fails(alone(signer, "--zone", "plain.eth"), /no deterministic deployer at/);
    await chain.node.setCode({ address: create2Deployer, bytecode: code });
  });
});

describe("keys", () => {
  const key = generatePrivateKey();
  const { address } = privateKeyToAccount(key);
  const flags = alone(newSigner(), "--zone", "plain.eth");
  const planned = (extra, env) => run(["deploy", "--rpc-url", chain.url, ...flags, "--dry-run", "--json", ...extra], { env });

  test("come from a file or an encrypted keystore", async () => {
    const keystore = file("keystore.json", encryptKeystoreJsonSync({ address, privateKey: key }, "hunter2", { scrypt: { N: 1024, r: 8, p: 1 } }));
    for (const [extra, env] of [
      [["--key-file", file("deployer.key", key)]],
      [["--keystore", keystore, "--password-file", file("password", "hunter2\n")]],
      [["--keystore", keystore], { DM3_KEYSTORE_PASSWORD: "hunter2" }],
    ]) {
      const done = await planned(extra, env);
      assert.equal(done.status, 0, done.stderr);
      assert.equal(parse(done.stdout).deployer, address);
    }
    const wrong = await planned(["--keystore", keystore], { DM3_KEYSTORE_PASSWORD: "hunter3" });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /the password does not open/);
    assert.doesNotMatch(wrong.stderr, /hunter/);
    assert.match((await planned(["--keystore", keystore])).stderr, /--password-file FILE, or set DM3_KEYSTORE_PASSWORD/);
  });

  test("a Ledger that is not there is missed", async () => {
    const done = await planned(["--ledger"]);
    assert.equal(done.status, 1);
    assert.match(done.stderr, /no Ledger answers: .*\n next: plug it in, unlock it, and open its Ethereum app/);
  });
});

describe("for those who check", () => {
  test("the compiler's input gives exactly the code that is deployed", async () => {
    const path = join(home, "standard.json");
    const done = await run(["deploy", "--standard-json", path]);
    assert.equal(done.status, 0, done.stderr);
    const { contracts, errors = [] } = JSON.parse(solc.compile(readFileSync(path, "utf8")));
    assert.deepEqual(errors.filter(({ severity }) => severity === "error"), []);
    const { evm } = contracts["contracts/src/Dm3Resolver.sol"].Dm3Resolver;
    assert.equal(`0x${evm.bytecode.object}`, artifact("Dm3Resolver").bytecode);
    const { resolver } = (await deploy(chain, "--gateway", gateway.url, "--dry-run")).json;
    assert.equal(`0x${evm.deployedBytecode.object}`, await chain.reader.getCode({ address: resolver }));
  });

  test("the Foundry script puts the same resolver at the same address", async () => {
    const anvil = await startSepolia({ chainId: 11155420 });
    try {
      const signer = newSigner();
      const flags = ["--url", "https://gw.example", "--signer", signer, "--zone", "user.plain.eth", "--zone", "plain.eth", "--address-zone", "addr.wrapped.eth", "--zone", "wrapped.eth"];
      const planned = await deploy(anvil, ...flags, "--dry-run");
      const script = await run(["script", "contracts/script/Deploy.s.sol", "--rpc-url", anvil.url, "--private-key", anvil.deployerKey, "--broadcast", "--slow"], {
        file: foundry("forge"),
        env: {
          DM3_GATEWAYS: "https://gw.example", DM3_SIGNERS: signer,
          DM3_ZONES: "user.plain.eth,plain.eth,wrapped.eth", DM3_ADDRESS_ZONES: "addr.wrapped.eth",
        },
      });
      assert.equal(script.status, 0, script.stderr + script.stdout);
      const done = await deploy(anvil, ...flags);
      assert.equal(done.json.resolver, planned.json.resolver);
      assert.deepEqual([done.json.transactions, done.json.forOthers], [[], []], "nothing is missing after the script");
      assert.ok(await anvil.read(done.json.resolver, "Dm3Resolver", "isAddressZone", [namehash("addr.wrapped.eth")]));
    } finally {
      await anvil.stop();
    }
  });
});
