// Protobuf as it comes from a topic. Whoever publishes may be wrong: what cannot be read is null.
import { type DescMessage, type MessageShape, fromBinary } from "@bufbuild/protobuf";
import type { Position as WirePosition } from "@proto/event_pb";

import type { Position } from "./api";

export function decoded<Desc extends DescMessage>(schema: Desc, payload: Uint8Array): MessageShape<Desc> | null {
  try {
    return fromBinary(schema, payload);
  } catch {
    return null;
  }
}

export function place(position: WirePosition | undefined): Position | null {
  return position ? { latitude: position.latitude, longitude: position.longitude } : null;
}
