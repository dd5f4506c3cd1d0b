// Payloads decoded by their schema: the broker may know which type of message stands at which topic (admin.schema_dir).
//
// Pure.
import { type Registry, createFileRegistry, fromBinary, toJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { matches } from "@web/topic-filter";

import type { AsyncApi, Schemas } from "./api";
import { type Decoded, fromBase64 } from "./payload";

export class Schema {
  private readonly types: [filter: string, type: string][];
  private readonly registry: Registry;

  constructor({ asyncapi, descriptors_base64 }: Schemas) {
    this.types = typesOf(asyncapi);
    this.registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, fromBase64(descriptors_base64)));
  }

  // Null if the schema says nothing of that topic, or if this is not what it says.
  decode(topic: string, payload: Uint8Array): Decoded | null {
    const name = this.types.find(([filter]) => matches(filter, topic))?.[1];
    const type = name === undefined ? undefined : this.registry.getMessage(name);
    if (!type) return null;
    try {
      const json = toJson(type, fromBinary(type, payload), { registry: this.registry, useProtoFieldName: true });
      return { kind: type.typeName, text: JSON.stringify(json, null, 2) };
    } catch {
      return null;
    }
  }
}

// order/bid/{zip}/{order}/{vehicle} with Bid, whose schema is dray/v1/dispatch.proto#/dray.v1.Bid
// -> order/bid/+/+/+, dray.v1.Bid
function typesOf({ channels, components }: AsyncApi): [filter: string, type: string][] {
  return Object.values(channels).flatMap(({ address = "", messages = {} }) =>
    Object.values(messages).map(({ $ref = "" }): [string, string] => {
      const schema = components?.messages?.[afterLast("/", $ref)]?.payload?.schema?.$ref ?? "";
      return [address.replaceAll(/\{[^}]*\}/g, "+"), afterLast("#/", schema)];
    }),
  );
}

function afterLast(separator: string, text: string): string {
  return text.slice(text.lastIndexOf(separator) + separator.length);
}
