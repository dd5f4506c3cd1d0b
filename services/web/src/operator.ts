// The operators' code: by it a page gets a token that shows all orders and vehicles. It comes with the address behind a #,
// which browsers tell no server, or is asked for; it is kept on this device.
import { byId, element } from "@web/dom";
import { Kept } from "./kept";

const kept = new Kept("dray.operator-code", (value): value is string => typeof value === "string");

// Empty if it is not known here.
export function operatorCode(): string {
  const given = decodeURIComponent(location.hash.slice(1));
  if (given !== "") {
    kept.write(given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return kept.read() ?? "";
}

export function forgetOperatorCode(): void {
  kept.write("");
}

export function askForOperatorCode(): Promise<string> {
  const field = element("input", { id: "operator-code", type: "password", autocomplete: "current-password", required: true });
  const form = element(
    "form",
    { class: "sign-in" },
    element("label", { for: "operator-code" }, "This page is for who works here. Your code:"),
    field,
    element("button", { class: "quiet", type: "submit" }, "Sign in"),
  );
  byId("notice").after(form);
  // The address with the code, put where the page is already.
  window.addEventListener("hashchange", () => location.reload());
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.remove();
      kept.write(field.value);
      resolve(field.value);
    });
  });
}
