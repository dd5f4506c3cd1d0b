// What bytes may mean: JSON, text, protobuf without its schema, or just bytes. A guess, which says what it is.
//
// Pure.
export interface Decoded {
  kind: string; // empty, JSON, text, protobuf, bytes; or the type that its schema says it is (schema.ts)
  text: string;
}

const kDepthMax = 8;
const kHexBytesMax = 512;

export function decode(payload: Uint8Array): Decoded {
  if (payload.length === 0) return { kind: "empty", text: "" };
  const text = asText(payload);
  const json = text === null ? null : asJson(text);
  if (json !== null) return { kind: "JSON", text: json };
  // A short text may be well-formed protobuf by chance; what has control characters is no text.
  if (text !== null && isPrintable(text)) return { kind: "text", text };
  const fields = asProtobuf(payload, 0);
  if (fields !== null) return { kind: "protobuf", text: fields.join("\n") };
  return { kind: "bytes", text: hex(payload) };
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function asText(payload: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    return null;
  }
}

function asJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

function isPrintable(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return !/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text);
}

function hex(payload: Uint8Array): string {
  const shown = payload.subarray(0, kHexBytesMax);
  const lines: string[] = [];
  for (let at = 0; at < shown.length; at += 16) {
    const row = [...shown.subarray(at, at + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${digits.padEnd(47)}  ${letters}`);
  }
  if (shown.length < payload.length) lines.push("…");
  return lines.join("\n");
}

// One line for each field, "number: value", nested messages indented; null if it is not well-formed.
function asProtobuf(bytes: Uint8Array, depth: number): string[] | null {
  const lines: string[] = [];
  const indent = "  ".repeat(depth);
  const reader = new Reader(bytes);
  while (!reader.done) {
    const key = reader.varint();
    if (key === null || key >> 3n === 0n || key >> 3n > 536_870_911n) return null;
    const number = key >> 3n;
    const wireType = Number(key & 7n);
    if (wireType === 2) {
      const length = reader.varint();
      const content = length === null ? null : reader.take(Number(length));
      if (content === null) return null;
      const nested = nestedLines(content, depth);
      if (typeof nested === "string") lines.push(`${indent}${number}: ${nested}`);
      else lines.push(`${indent}${number}: {`, ...nested, `${indent}}`);
    } else {
      const value = scalar(reader, wireType);
      if (value === null) return null;
      lines.push(`${indent}${number}: ${value}`);
    }
  }
  return lines;
}

function scalar(reader: Reader, wireType: number): string | null {
  if (wireType === 0) return reader.varint()?.toString() ?? null;
  if (wireType !== 1 && wireType !== 5) return null;
  const content = reader.take(wireType === 1 ? 8 : 4);
  if (content === null) return null;
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  return wireType === 1 ? String(view.getFloat64(0, true)) : String(Math.fround(view.getFloat32(0, true)));
}

// A string field is a text, a message or bytes: the first that it can be.
function nestedLines(content: Uint8Array, depth: number): string | string[] {
  const text = asText(content);
  if (text !== null && isPrintable(text)) return JSON.stringify(text);
  const fields = depth < kDepthMax ? asProtobuf(content, depth + 1) : null;
  return fields ?? [...content].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

class Reader {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  varint(): bigint | null {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return null;
  }

  take(length: number): Uint8Array | null {
    if (length > this.bytes.length - this.at) return null;
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}
