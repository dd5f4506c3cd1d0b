// Topic filters, MQTT 5.0 section 4.7: `+` stands for one level, a final `#` for the rest.
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length || (level !== "+" && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

// What a filter takes of a stream: $stream/<name>/<start>/<filter>. Any other filter is itself.
export function topicsOf(filter: string): string {
  return filter.startsWith("$stream/") ? filter.split("/").slice(3).join("/") || "#" : filter;
}
