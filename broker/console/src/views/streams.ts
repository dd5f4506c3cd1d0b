// Streams and who reads them.
import type { Stream } from "../api";
import { element } from "../dom";
import { bytes, count, duration, rate, time } from "../format";
import { live } from "../live";
import { Rates } from "../rates";
import { type Column, Table } from "../table";
import type { View } from "../view";
import { clientLink } from "./clients";

interface Row {
  stream: Stream;
  perSecond: number | null;
}

interface Reader {
  stream: string;
  client_id: string;
  filter: string;
  offset: number;
  lag: number;
}

const kStreams: Column<Row>[] = [
  { title: "Stream", text: ({ stream }) => stream.name },
  { title: "Messages", isNumber: true, text: ({ stream }) => count(stream.messages) },
  { title: "In /s", isNumber: true, text: (row) => rate(row.perSecond) },
  { title: "Bytes", isNumber: true, text: ({ stream }) => bytes(stream.bytes) },
  { title: "Offsets", isNumber: true, text: ({ stream }) => (stream.messages > 0 ? `${stream.first_offset} to ${stream.next_offset - 1}` : "") },
  { title: "Oldest", text: ({ stream }) => (stream.oldest_at ? time(stream.oldest_at) : "") },
  { title: "Newest", text: ({ stream }) => (stream.newest_at ? time(stream.newest_at) : "") },
  { title: "Readers", isNumber: true, text: ({ stream }) => count(stream.readers.length) },
  { title: "Keeps", text: ({ stream }) => keeps(stream) },
  { title: "Takes", text: ({ stream }) => stream.options.filters.join(", ") },
];

const kReaders: Column<Reader>[] = [
  { title: "Reader", make: (reader) => clientLink(reader.client_id) },
  { title: "Stream", text: (reader) => reader.stream },
  { title: "Filter", text: (reader) => reader.filter || "all" },
  { title: "Offset", isNumber: true, text: (reader) => count(reader.offset) },
  { title: "Behind by", isNumber: true, text: (reader) => count(reader.lag), tone: (reader) => (reader.lag > 1000 ? "warn" : "") },
];

function keeps({ options }: Stream): string {
  const limits = [
    options.retention_bytes > 0 ? bytes(options.retention_bytes) : "",
    options.retention_s > 0 ? duration(options.retention_s * 1000) : "",
  ].filter(Boolean);
  return limits.join(", ") || "everything";
}

export function streams(): View {
  return {
    title: "Streams",
    open(root, signal) {
      const rates = new Rates();
      const table = new Table<Row>("Streams", kStreams, ({ stream }) => stream.name, "There are no streams. drayctl stream create makes one.");
      const readers = new Table<Reader>("Readers", kReaders, (reader) => `${reader.stream} ${reader.client_id} ${reader.filter}`, "Nobody reads.");
      root.append(table.root, element("h2", {}, "Readers"), readers.root);
      live(signal, async (read) => {
        const { streams: all } = await read<{ streams: Stream[] }>("streams");
        const now = performance.now();
        table.show(all.map((stream) => ({ stream, perSecond: rates.perSecond(stream.name, stream.next_offset, now) })));
        rates.forgetBefore(now);
        readers.show(all.flatMap((stream) => stream.readers.map((reader) => ({ stream: stream.name, ...reader }))));
      });
    },
  };
}
