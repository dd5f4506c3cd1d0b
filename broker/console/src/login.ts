// Asks for the token of admin.token_file. It stays in this tab's session storage, and goes with each request.
import { token } from "./api";
import { element, labelled } from "./dom";

export function login(root: HTMLElement, wasRefused: boolean, done: () => void): void {
  const field = element("input", { type: "password", required: true, autocomplete: "current-password" });
  const problem = element("p", { class: "problem", role: "alert" }, wasRefused ? "The broker does not accept this token." : null);
  const form = element(
    "form",
    { class: "login" },
    element("p", {}, "This broker asks operators for a token: the first line of the file that ", element("code", {}, "admin.token_file"), " names."),
    labelled("Token", field),
    problem,
    element("button", { type: "submit" }, "Sign in"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    token.set(field.value);
    done();
  });
  root.replaceChildren(element("h1", { tabindex: -1 }, "Sign in"), form);
  field.focus();
}
