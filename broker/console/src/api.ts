// drayd's admin API, as far as the console uses it. Each answer is typed where it is asked for.
const kTokenKey = "dray-console-token";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

export const token = {
  get: (): string => sessionStorage.getItem(kTokenKey) ?? "",
  set: (value: string): void => sessionStorage.setItem(kTokenKey, value),
  forget: (): void => sessionStorage.removeItem(kTokenKey),
};

// Told when the broker wants a token, or another one.
let onRefused = (): void => undefined;
export function whenRefused(act: () => void): void {
  onRefused = act;
}

export async function ask<Answer>(method: string, path: string, options: { body?: unknown; signal?: AbortSignal } = {}): Promise<Answer> {
  const headers: Record<string, string> = {};
  if (token.get()) headers["Authorization"] = `Bearer ${token.get()}`;
  const response = await fetch(`/api/v1/${path}`, {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  if (response.status === 401) onRefused();
  throw new ApiError(response.status, problemText(answer) ?? `the broker answered with status ${response.status}`);
}

export type Query = Record<string, string | number>;

// With the query behind it.
export function pathOf(path: string, query: Query = {}): string {
  const text = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
  return text ? `${path}?${text}` : path;
}

export function get<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  return ask("GET", pathOf(path, query), signal ? { signal } : {});
}

// For a person.
export function problemOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "the broker does not answer";
}

export const segment = encodeURIComponent;

export function problemText(problem: unknown): string | null {
  if (typeof problem !== "object" || problem === null || !("detail" in problem)) return null;
  const field = "field" in problem ? `${problem.field}: ` : "";
  return `${field}${problem.detail}`;
}

export interface Access {
  needs_token: boolean;
  is_let_in: boolean;
}

export interface Books {
  matched: number;
  delivered: number;
  expired: number;
  dead_lettered: number;
  discarded: Record<string, number>;
  held: number;
  balance: boolean;
}

export interface Status {
  version: string;
  uptime_ms: number;
  shards: number;
  listeners: { kind: string; address: string }[];
  client_user: string; // as whom an operator may be a client; empty: the broker signs no tokens
  store: { keeps: boolean; works: boolean };
  clients_connected: number;
  sessions: number;
  subscriptions: number;
  retained_messages: number;
  retained_bytes: number;
  inflight_messages: number;
  queued_bytes: number;
  parked_messages: number;
  publish_received: number;
  publish_sent: number;
  publish_refused: number;
  bytes_received: number;
  bytes_sent: number;
  connects_refused: number;
  protocol_errors: number;
  books: Books;
}

export interface ClientToken {
  user: string;
  token: string;
  expires_in_s: number;
}

// Of admin.schema_dir; no channels without it.
export interface Schemas {
  asyncapi: AsyncApi;
  descriptors_base64: string; // google.protobuf.FileDescriptorSet
}

// AsyncAPI 3, as far as it says which message is on which topic.
export interface AsyncApi {
  channels: Record<string, { address?: string; messages?: Record<string, { $ref?: string }> }>;
  components?: { messages?: Record<string, { payload?: { schema?: { $ref?: string } } }> };
}

export interface Session {
  client_id: string;
  user_name: string;
  connection: {
    peer: string;
    version: string;
    age_ms: number;
    silent_ms: number;
    keep_alive_s: number;
    window_messages: number;
    outbox_bytes: number;
  } | null;
  ends_in_ms: number | null;
  expiry_s: number;
  has_will: boolean;
  is_kept: boolean;
  subscriptions: number;
  unacknowledged: number;
  queue_messages: number | null;
  queue_bytes: number | null;
}

export interface Subscription {
  client_id: string;
  filter: string;
  qos: number;
  no_local: boolean;
  retain_as_published: boolean;
  id: number;
}

export interface Queue {
  name: string;
  messages: number;
  bytes: number;
  unacknowledged: number;
  delayed: number;
  oldest_age_ms: number;
  consumers: number;
  is_full: boolean;
  is_alerting: boolean;
  is_redriving: boolean;
  since_start: Record<"arrived" | "consumed" | "redelivered" | "expired" | "dead_lettered" | "discarded", number>;
  options: { filters: string[]; dead_letter_queue: string } & Record<string, unknown>;
}

export interface Message {
  topic: string;
  qos: number;
  retain: boolean;
  expires_at?: string;
  properties?: { user?: [string, string][] } & Record<string, unknown>;
  payload_bytes: number;
  payload?: string;
  payload_base64?: string;
  truncated?: boolean;
}

export interface QueuedMessage extends Message {
  position: number;
  arrived_at: string;
  deliveries: number;
  is_unacknowledged: boolean;
}

export interface Stream {
  name: string;
  first_offset: number;
  next_offset: number;
  messages: number;
  bytes: number;
  oldest_at: string | null;
  newest_at: string | null;
  readers: { client_id: string; filter: string; offset: number; lag: number }[];
  options: { filters: string[]; retention_bytes: number; retention_s: number };
}

export interface TopicCount {
  topic: string;
  messages: number;
  bytes: number;
  has_more: boolean;
}
