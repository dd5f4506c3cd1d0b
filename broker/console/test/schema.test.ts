import assert from "node:assert/strict";
import { test } from "node:test";

import { Schema } from "../src/schema";

// package plant; message Job { string order = 1; uint32 crates = 2; }
const kDescriptors =
  "Ck8KCWpvYi5wcm90bxIFcGxhbnQiMwoDSm9iEhQKBW9yZGVyGAEgASgJUgVvcmRlchIWCgZjcmF0ZXMYAiABKA1SBmNyYXRlc2IGcHJvdG8z";
const message = (name: string) => ({ [name]: { $ref: `#/components/messages/${name}` } });
const schemaOf = (type: string) => ({ payload: { schema: { $ref: `plant.proto#/plant.${type}` } } });
const kDocument = {
  channels: {
    job: { address: "job/{number}", messages: message("Job") },
    other: { address: "other/{number}", messages: message("Unknown") },
    empty: {},
  },
  components: { messages: { Job: schemaOf("Job"), Unknown: schemaOf("Unknown") } },
};
const kJob = Uint8Array.from([0x0a, 3, 0x6f, 0x2d, 0x37, 0x10, 42]); // order "o-7", 42 crates

test("a payload is decoded as its topic says", () => {
  const schema = new Schema({ asyncapi: kDocument, descriptors_base64: kDescriptors });
  assert.deepEqual(schema.decode("job/7", kJob), { kind: "plant.Job", text: '{\n  "order": "o-7",\n  "crates": 42\n}' });
  assert.equal(schema.decode("job/7/8", kJob), null, "no such topic");
  assert.equal(schema.decode("other/7", kJob), null, "a type that is not there");
  assert.equal(schema.decode("job/7", kJob.subarray(0, 4)), null, "cut");
});

test("without a schema nothing is decoded", () => {
  assert.equal(new Schema({ asyncapi: { channels: {} }, descriptors_base64: "" }).decode("job/7", kJob), null);
});
