// Retained messages, found by a filter.
import { type Message, get } from "../api";
import { attempt } from "../dialog";
import { element, labelled, setText } from "../dom";
import { counted } from "../format";
import { MessageList } from "../message-list";
import type { View } from "../view";

const kCount = 200;
const kPayloadBytes = 4096;

export function retained(): View {
  return {
    title: "Retained messages",
    open(root, signal) {
      const filter = element("input", { type: "text", value: "#", autocomplete: "off", spellcheck: "false", required: true });
      const found = element("p", { role: "status" });
      const messages = new MessageList<Message>("Retained messages");
      const form = element("form", { class: "controls" }, labelled("Topic filter", filter), element("button", { type: "submit" }, "Find"));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void attempt(find);
      });
      root.append(form, found, messages.root);
      void attempt(find);

      async function find(): Promise<void> {
        const query = { filter: filter.value, count: kCount, payload_bytes_max: kPayloadBytes };
        const answer = await get<{ messages: Message[]; is_all: boolean }>("retained", query, signal);
        messages.clear();
        messages.add(answer.messages.sort((one, other) => (one.topic < other.topic ? -1 : 1)));
        const shown = counted(answer.messages.length, "message");
        setText(found, answer.is_all ? shown : `${shown}, and there are more: a narrower filter finds them`);
      }
    },
  };
}
