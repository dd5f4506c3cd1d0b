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
  // A tile server in place of our own streets.
  tiles?: { url: string; attribution: string };
  // Whether the broker lets a page in by a token only.
  asks_for_token?: boolean;
}

export interface Product {
  sku: string;
  name: string;
  unit_price_cents: number;
  available: number;
}

export interface Zip extends Position {
  zip: string;
}

export interface Item {
  sku: string;
  quantity: number;
}

export interface NewOrder {
  zip: string;
  items: Item[];
  card: string;
  // A UUID: with the same one an order can be sent again, and is placed once.
  order_id: string;
  // Street and number, and how the customer may be reached; left out by who does not want to say.
  address?: string;
  customer?: string;
}

// What GET /api/orders/<id> says. All but the first two may be missing early in an order's life.
export interface OrderRecord {
  order_id: string;
  status: string;
  address?: string;
  zip?: string;
  items?: Item[];
  total_cents?: number;
  vehicle?: string | null;
  reason?: string | null;
  pick_up?: Position | null;
  drop_off?: Position | null;
  // `at` in ISO 8601.
  history?: { status: string; at: string }[];
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

export async function zips(): Promise<Zip[]> {
  return (await request<{ zips: Zip[] }>("/api/zips")).zips;
}

export async function products(): Promise<Product[]> {
  return (await request<{ products: Product[] }>("/api/products")).products;
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

// Asks for it: the order says later that it is cancelled. A Problem where it is too late.
export async function cancelOrder(id: string): Promise<void> {
  await request(`/api/orders/${encodeURIComponent(id)}/cancel`, { method: "POST" });
}

// For the broker: it names those of the orders that the store knows. A Problem (403) where the code is wrong; none is "".
export async function token(orders: string[], operatorCode: string): Promise<string> {
  const answer = await request<{ token: string }>("/api/tokens", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ orders, operator_code: operatorCode }),
  });
  return answer.token;
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
