// Asks before something is thrown away, and says what became of it.
import { problemOf } from "./api";
import { button, element } from "./dom";

export interface Question {
  title: string;
  text: string;
  action: string; // what the button says
  fields?: Node[];
  // Does it; what it returns is said to the person.
  act: () => Promise<string>;
}

export function confirm(question: Question): void {
  const problem = element("p", { class: "problem", role: "alert", hidden: true });
  const go = element("button", { type: "submit", class: "danger" }, question.action);
  const cancel = button("Cancel", () => dialog.close());
  const form = element(
    "form",
    { method: "dialog" },
    element("h2", { id: "question" }, question.title),
    element("p", {}, question.text),
    ...(question.fields ?? []),
    problem,
    element("div", { class: "actions" }, cancel, go),
  );
  const dialog = element("dialog", { "aria-labelledby": "question" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      announce(await question.act());
      dialog.close();
    } catch (error) {
      problem.textContent = problemOf(error);
      problem.hidden = false;
      go.disabled = false;
    }
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  cancel.focus();
}

// What goes wrong is said; nothing is, if the view was left meanwhile.
export async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) announce(problemOf(error));
  }
}

// In the status line, where a screen reader hears it.
export function announce(text: string): void {
  const line = document.getElementById("said");
  if (line) line.textContent = text;
}
