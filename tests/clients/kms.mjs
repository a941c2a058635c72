// AWS KMS, as far as a signer asks it: GetPublicKey and Sign over HTTP, with a real key of secp256k1.

import { createServer } from "node:http";
import { SigningKey, computeAddress } from "ethers";

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** SubjectPublicKeyInfo of an uncompressed point on secp256k1, up to the point. */
const spki = Buffer.from("3056301006072a8648ce3d020106052b8104000a034200", "hex");

/** A positive INTEGER in DER. */
function integer(value) {
  let digits = value.toString(16);
  if (digits.length % 2) digits = `0${digits}`;
  if (Number.parseInt(digits.slice(0, 2), 16) > 127) digits = `00${digits}`;
  const bytes = Buffer.from(digits, "hex");
  return Buffer.concat([Buffer.from([2, bytes.length]), bytes]);
}

/** Starts it. */
export async function startKms(privateKey) {
  const key = new SigningKey(privateKey);
  const kms = {
    address: computeAddress(key.publicKey),
    signed: { low: 0, high: 0 },
    requests: [],
    /** Takes over a request when set: gets the response, gives true when it has answered. */
    fault: undefined,
  };
  const answers = {
    GetPublicKey: ({ KeyId }) => ({
      KeyId, KeySpec: "ECC_SECG_P256K1", KeyUsage: "SIGN_VERIFY", SigningAlgorithms: ["ECDSA_SHA_256"],
      PublicKey: Buffer.concat([spki, Buffer.from(key.publicKey.slice(2), "hex")]).toString("base64"),
    }),
    Sign({ KeyId, Message, MessageType, SigningAlgorithm }) {
      if (MessageType !== "DIGEST" || SigningAlgorithm !== "ECDSA_SHA_256") throw new Error(`asked for ${MessageType}`);
      const { r, s } = (kms.otherKey ?? key).sign(Buffer.from(Message, "base64"));
      // AWS gives either of the two; here they take turns.
      const half = kms.signed.low > kms.signed.high ? "high" : "low";
      kms.signed[half]++;
      const value = half === "high" ? order - BigInt(s) : BigInt(s);
      const body = Buffer.concat([integer(BigInt(r)), integer(value)]);
      const Signature = Buffer.concat([Buffer.from([0x30, body.length]), body]).toString("base64");
      return { KeyId, Signature, SigningAlgorithm };
    },
  };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const operation = request.headers["x-amz-target"]?.replace("TrentService.", "");
    const input = JSON.parse(Buffer.concat(parts).toString());
    kms.requests.push({ operation, input, authorization: request.headers.authorization });
    if (kms.fault?.(response, operation)) return;
    const headers = { "content-type": "application/x-amz-json-1.1" };
    response.writeHead(200, headers).end(JSON.stringify(answers[operation](input)));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  kms.endpoint = `http://127.0.0.1:${server.address().port}`;
  kms.url = `aws-kms:alias/answers?region=eu-west-1&endpoint=${encodeURIComponent(kms.endpoint)}`;
  /** What AWS's tools take from the environment; none of the machine's own. */
  kms.environment = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "a-secret-that-stays-here", AWS_EC2_METADATA_DISABLED: "true",
  };
  kms.stop = () => (server.closeAllConnections(), server.close());
  return kms;
}
