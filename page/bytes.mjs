// Bytes in their usual clothes.

export const utf8 = (text) => new TextEncoder().encode(text);

export const toHex = (bytes) => `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;

/** Bytes of `0x` and hex digits; null for anything else. */
export function fromHex(text) {
  if (!/^0x([0-9a-fA-F]{2})*$/.test(text)) return null;
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const randomHash = () => toHex(crypto.getRandomValues(new Uint8Array(32)));

export const sameHex = (one, other) => one?.toLowerCase() === other?.toLowerCase();
