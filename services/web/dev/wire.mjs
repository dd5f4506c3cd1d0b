// Protobuf for Node without generated code: the descriptors come straight from protoc.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { create, createFileRegistry, fromBinary, fromJson, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const kProto = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../proto");

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors()));

// encode("OrderReserved", {header: {orderId: "o-1"}, zip: "60614"}): fields in protobuf's JSON form.
export function encode(type, fields) {
  const schema = schemaOf(type);
  return Buffer.from(toBinary(schema, fields ? fromJson(schema, fields) : create(schema)));
}

export function decode(type, bytes) {
  return fromBinary(schemaOf(type), bytes);
}

function schemaOf(type) {
  const schema = registry.getMessage(`dray.v1.${type}`);
  if (!schema) throw new Error(`proto/dray/v1 has no message ${type}`);
  return schema;
}

function descriptors() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "dray-proto-"));
  try {
    const file = path.join(folder, "descriptors");
    const sources = fs.readdirSync(path.join(kProto, "dray/v1")).map((name) => path.join(kProto, "dray/v1", name));
    execFileSync("protoc", ["--include_imports", `--proto_path=${kProto}`, `--descriptor_set_out=${file}`, ...sources]);
    return fs.readFileSync(file);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
