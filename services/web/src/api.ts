// The store's REST face, typed. Every failure is one of two things: a Problem, in which the store says what is
// wrong and with which field (RFC 9457 problem+json), or Unreachable.

export interface Position {
  latitude: number;
  longitude: number;
}

export interface Config {
  ws_url: string;
  city: string;
  attribution: string;
  warehouse: Position;
}

export interface Product {
  sku: string;
  name: string;
  unit_price_cents: number;
  available: number;
}

export interface Item {
  sku: string;
  quantity: number;
}

export interface NewOrder {
  zip: string;
  items: Item[];
  card: string;
}

// What GET /api/orders/<id> says. All but the first two may be missing early in an order's life.
export interface OrderRecord {
  order_id: string;
  status: string;
  zip?: string;
  items?: Item[];
  total_cents?: number;
  vehicle?: string | null;
  reason?: string | null;
  pick_up?: Position | null;
  drop_off?: Position | null;
  history?: { status: string; at: string | number }[];
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly detail: string,
    readonly field: string,
  ) {
    super(detail);
  }
}

export class Unreachable extends Error {}

export async function config(): Promise<Config> {
  return request<Config>("/api/config");
}

export async function zips(): Promise<string[]> {
  const answer = await request<unknown>("/api/zips");
  return list(answer, "zips").map((entry) =>
    typeof entry === "string" ? entry : String((entry as { zip: unknown }).zip),
  );
}

export async function products(): Promise<Product[]> {
  return list(await request<unknown>("/api/products"), "products").map((entry) => productOf(entry as RawProduct));
}

export async function placeOrder(order: NewOrder): Promise<OrderRecord> {
  return request<OrderRecord>("/api/orders", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(order),
  });
}

export async function order(id: string): Promise<OrderRecord> {
  return request<OrderRecord>(`/api/orders/${encodeURIComponent(id)}`);
}

interface RawProduct {
  sku: string;
  name: string;
  unit_price_cents: number;
  available?: number;
  on_hand?: number;
  reserved?: number;
}

function productOf(raw: RawProduct): Product {
  return {
    sku: raw.sku,
    name: raw.name,
    unit_price_cents: raw.unit_price_cents,
    available: raw.available ?? Math.max(0, (raw.on_hand ?? 0) - (raw.reserved ?? 0)),
  };
}

// Lists come bare or as the one member of an object.
function list(answer: unknown, member: string): unknown[] {
  const found = Array.isArray(answer) ? answer : (answer as Record<string, unknown> | null)?.[member];
  return Array.isArray(found) ? found : [];
}

async function request<T>(url: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new Unreachable("The store cannot be reached.");
  }
  if (response.ok) return (await response.json()) as T;
  throw await problemOf(response);
}

async function problemOf(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const detail = String(body["detail"] ?? body["title"] ?? `The store answered ${response.status}.`);
  if (response.status >= 500) return new Unreachable(detail);
  return new Problem(response.status, detail, String(body["field"] ?? ""));
}
