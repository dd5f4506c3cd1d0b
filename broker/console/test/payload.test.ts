import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, fromBase64 } from "../src/payload";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test("JSON is laid out, and what only looks like it is a text", () => {
  assert.deepEqual(decode(text('{"a":[1]}')), { kind: "JSON", text: '{\n  "a": [\n    1\n  ]\n}' });
  assert.deepEqual(decode(text("{a")), { kind: "text", text: "{a" });
  assert.deepEqual(decode(text("21.5 °C")), { kind: "text", text: "21.5 °C" });
  assert.deepEqual(decode(bytes()), { kind: "empty", text: "" });
});

test("protobuf is shown field by field, with what is nested in it", () => {
  // 1: { 1: "id" 5: 300 }  2: 1.5 (double)  3: 2.5 (float)  4: bytes
  const message = bytes(0x0a, 7, 0x0a, 2, 0x69, 0x64, 0x28, 0xac, 0x02, 0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x1d, 0, 0, 0x20, 0x40, 0x22, 2, 0xff, 0xfe);
  assert.deepEqual(decode(message), { kind: "protobuf", text: '1: {\n  1: "id"\n  5: 300\n}\n2: 1.5\n3: 2.5\n4: ff fe' });
});

test("every cut of a message is protobuf or bytes, and never fails", () => {
  const message = bytes(0x0a, 7, 0x0a, 2, 0x69, 0x64, 0x28, 0xac, 0x02, 0x11, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f);
  for (let length = 1; length < message.length; ++length) {
    const kind = length === 1 ? "text" : length === 9 ? "protobuf" : "bytes"; // a line feed; the first field; neither
    assert.equal(decode(message.subarray(0, length)).kind, kind, `of ${length} bytes`);
  }
  assert.equal(decode(bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).kind, "bytes");
});

test("what is nothing else is shown in hexadecimal", () => {
  assert.equal(decode(bytes(0xff, 0x41)).text, "0000  ff 41                                            ·A");
  assert.deepEqual(fromBase64("/w=="), bytes(0xff));
});
