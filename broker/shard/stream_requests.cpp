#include "shard/stream_requests.h"

#include <algorithm>

#include "shard/core.h"

namespace dray::shard {

namespace {

StreamInfo info_of(const Core& core, const Stream& stream) {
    const StreamLog& log = stream.log;
    StreamInfo info{stream.options,  log.first(),     log.next(), log.bytes(),
                    log.oldest_at(), log.newest_at(), {}};
    for (const auto& [key, reader] : core.served_readers.all) {
        if (reader.stream != stream.number) continue;
        const std::uint64_t offset = std::max(reader.offset, log.first());
        info.readers.push_back({reader.client_id, reader.filter, offset, log.next() - offset});
    }
    return info;
}

// Does what is asked; what waits for it to be safe is sent then.
class Answer {
  public:
    Answer(Core& asked, ShardIndex asker, std::uint64_t ticket)
        : core(asked), from(asker), reply{ticket, {}, {}, {}} {}

    void operator()(const ListStreams& list) {
        for (const auto& [name, stream] : core.streams.here) {
            if (list.name.empty() || list.name == name) reply.streams.push_back(info_of(core, *stream));
        }
        if (!list.name.empty() && reply.streams.empty())
            return refuse(StreamError::kUnknown, "there is no such stream");
        core.forward(from, reply);
    }
    void operator()(const CreateStream& create) {
        if (const auto mistake = find_mistake(create.options)) {
            return refuse(StreamError::kInvalid, std::string(mistake->option) + ": " + mistake->what);
        }
        const Ticket ticket = core.tickets.open(SendMail{});
        declare_stream(core, create.options, ticket);
        reply.streams.push_back(info_of(core, *core.streams.find(create.options.name)));
        core.tickets.set(ticket, SendMail{from, reply});
        confirm(core, ticket);
    }
    void operator()(const DeleteStream& wanted) {
        Stream* stream = core.streams.find(wanted.name);
        if (stream == nullptr) return refuse(StreamError::kUnknown, "there is no such stream");
        delete_stream(core, *stream);
        when_durable(core, SendMail{from, reply});
    }

  private:
    void refuse(StreamError error, const std::string& what) {
        reply.error = error;
        reply.what = what;
        core.forward(from, reply);
    }

    Core& core;
    ShardIndex from;
    StreamReply reply;
};

}  // namespace

void answer_stream_request(Core& core, ShardIndex from, const StreamRequest& request) {
    std::visit(Answer(core, from, request.ticket), request.action);
}

}  // namespace dray::shard
