"""One question to ENS through web3.py; prints the answer as JSON."""

import json
import sys

from ens.utils import dns_encode_name, raw_name_to_hash
from web3 import HTTPProvider, Web3
from web3.utils import exception_handling

UNIVERSAL_RESOLVER = "0xeEeEEEeE14D718C2B47D9923Deab1335E144EeEe"
BYTES = {"name": "", "type": "bytes"}
OUTPUTS = [BYTES, {"name": "", "type": "address"}]
ABI = [
    {
        "type": "function",
        "name": name,
        "stateMutability": "view",
        "inputs": [BYTES, BYTES, *more],
        "outputs": OUTPUTS,
    }
    for name, more in [("resolve", []), ("resolveWithGateways", [{"name": "", "type": "string[]"}])]
]

rpc_url, batch_gateway, kind, name, *rest = sys.argv[1:]

# web3.py asks gateways over https at public addresses only. Here everything is on this machine.
exception_handling.validate_ccip_url_host = lambda url: None
provider = HTTPProvider(rpc_url)
provider.ccip_read_allow_http = True
w3 = Web3(provider)
universal_resolver = w3.eth.contract(address=UNIVERSAL_RESOLVER, abi=ABI)


def ask(signature, output, *arguments):
    """A question that web3.py has no function for, or that needs a batch gateway: it is none itself (ENSIP-21)."""
    types = signature[signature.index("(") + 1 : -1].split(",")
    call = Web3.keccak(text=signature)[:4] + w3.codec.encode(types, [raw_name_to_hash(name), *arguments])
    question = [bytes(dns_encode_name(name)), call]
    if batch_gateway:
        asked = universal_resolver.functions.resolveWithGateways(*question, [batch_gateway])
    else:
        asked = universal_resolver.functions.resolve(*question)
    answer = w3.codec.decode([output], asked.call()[0])[0]
    return "0x" + answer.hex() if output == "bytes" else answer


answers = {
    "address": lambda: w3.ens.address(name),
    "text": lambda: w3.ens.get_text(name, rest[0]),
    "coin": lambda: ask("addr(bytes32,uint256)", "bytes", int(rest[0])),
    "contenthash": lambda: ask("contenthash(bytes32)", "bytes"),
}
if batch_gateway:
    answers["address"] = lambda: Web3.to_checksum_address(ask("addr(bytes32)", "address"))
    answers["text"] = lambda: ask("text(bytes32,string)", "string", rest[0])
print(json.dumps(answers[kind]()))
