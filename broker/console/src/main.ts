// The operator's console: a view for each address behind '#', and the way between them.
import { type Access, type Status, get, token, whenRefused } from "./api";
import { announce } from "./dialog";
import { byId, element } from "./dom";
import { stopLive, whenLiveChanges } from "./live";
import { login } from "./login";
import { type View, href } from "./view";
import { books } from "./views/books";
import { client, clients, subscriptions } from "./views/clients";
import { overview } from "./views/overview";
import { queue, queues } from "./views/queues";
import { retained } from "./views/retained";
import { slow } from "./views/slow";
import { streams } from "./views/streams";
import { topics } from "./views/topics";
import { tryIt } from "./views/try";

// What stands behind '#/': a view, or one that is about what is named.
const kViews: Record<string, { label: string; make: (name: string | null) => View }> = {
  overview: { label: "Overview", make: overview },
  clients: { label: "Clients", make: (name) => (name === null ? clients() : client(name)) },
  subscriptions: { label: "Subscriptions", make: subscriptions },
  slow: { label: "Slow consumers", make: slow },
  queues: { label: "Queues", make: (name) => (name === null ? queues(false) : queue(name)) },
  "dead-letters": { label: "Dead letters", make: () => queues(true) },
  streams: { label: "Streams", make: streams },
  retained: { label: "Retained", make: retained },
  topics: { label: "Topics", make: topics },
  books: { label: "Books", make: books },
  try: { label: "Try it", make: tryIt },
};

const main = byId("main");
const nav = byId("views");
const connection = byId("connection");
const signOut = byId("sign-out");
let left = new AbortController();
let isLoggingIn = false;

function place(): { key: string; name: string | null } {
  const [, key = "", name] = location.hash.split("/");
  return { key: key in kViews ? key : "overview", name: name === undefined ? null : decodeURIComponent(name) };
}

function show(): void {
  if (isLoggingIn) return;
  left.abort();
  left = new AbortController();
  const { key, name } = place();
  const view = (kViews[key] as (typeof kViews)[string]).make(name);
  const title = element("h1", { tabindex: -1 }, view.title);
  main.replaceChildren(title);
  document.title = `${view.title} · Dray console`;
  announce("");
  for (const link of nav.querySelectorAll("a")) {
    if (link.hash !== href(key)) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "page");
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  view.open(main, left.signal);
}

function focusTitle(): void {
  main.querySelector<HTMLElement>("h1")?.focus();
}

// A link may bring the token along, "#token=…": it does not stay in the address.
function takeToken(): boolean {
  const brought = /^#token=(.+)$/.exec(location.hash)?.[1];
  if (brought === undefined) return false;
  token.set(decodeURIComponent(brought));
  history.replaceState(null, "", href("overview"));
  return true;
}

// With a token that is refused: says so.
function askForToken(): void {
  isLoggingIn = true;
  left.abort();
  stopLive();
  nav.hidden = signOut.hidden = true;
  const wasRefused = token.get() !== "";
  token.forget();
  connection.textContent = "";
  login(main, wasRefused, () => void begin().then(() => isLoggingIn || focusTitle()));
}

async function begin(): Promise<void> {
  try {
    const access = await get<Access>("access");
    if (access.needs_token && !access.is_let_in) return askForToken();
    byId("version").textContent = (await get<Status>("status")).version;
  } catch {
    // The view says what is wrong, and goes on asking.
  }
  isLoggingIn = false;
  nav.hidden = false;
  signOut.hidden = token.get() === "";
  show();
}

nav.append(element("ul", {}, ...Object.entries(kViews).map(([key, { label }]) => element("li", {}, element("a", { href: href(key) }, label)))));
// The address behind '#' is the view's: the link moves the focus only.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
whenRefused(() => isLoggingIn || askForToken());
whenLiveChanges((state, text) => {
  connection.dataset["state"] = state;
  if (connection.textContent !== text) connection.textContent = text;
});
signOut.addEventListener("click", () => {
  token.forget();
  askForToken();
});
window.addEventListener("hashchange", () => {
  if (takeToken()) return void begin();
  show();
  focusTitle();
});
takeToken();
void begin();
