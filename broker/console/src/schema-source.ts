// The schema that this broker has, asked for when the first payload is looked at.
import { type Schemas, get } from "./api";
import { Schema } from "./schema";

const kNone = new Schema({ asyncapi: { channels: {} }, descriptors_base64: "" });
let asked: Promise<Schema> | null = null;

// One that decodes nothing while the broker does not answer.
export function schema(): Promise<Schema> {
  asked ??= get<Schemas>("schemas").then((schemas) => new Schema(schemas));
  return asked.catch(() => {
    asked = null;
    return kNone;
  });
}
