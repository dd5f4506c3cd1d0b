#include "admin/queue_routes.h"

#include <limits>

#include "admin/named_routes.h"
#include "admin/query.h"
#include "admin/queue_json.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::QueueReply;
using CallRef = std::shared_ptr<Call>;

constexpr std::uint64_t kPeekMessagesMax = 1000;
constexpr std::uint64_t kQueuePayloadBytesMax = 16ULL * 1024 * 1024;

struct Queues {
    using Options = shard::QueueOptions;
    using Info = shard::QueueInfo;
    using Request = shard::QueueRequest;
    using Reply = shard::QueueReply;
    using List = shard::ListQueues;
    using Create = shard::CreateQueue;
    using Delete = shard::DeleteQueue;
    static constexpr const char* kNoun = "queue";
    static constexpr const char* kPlural = "queues";

    static shard::ShardIndex home(const std::string& name, shard::ShardIndex shards) {
        return shard::home_of_queue(name, shards);
    }
    static std::vector<Info>& found(Reply& reply) { return reply.queues; }
    static std::optional<Problem> read(const std::string& body, Options& options) {
        return read_queue_options(body, options);
    }
    static ordered_json to_json(const Info& queue) { return queue_json(queue); }
    static int status_of(const Reply& reply) {
        switch (reply.error) {
            case shard::QueueError::kNone:
                return 200;
            case shard::QueueError::kUnknown:
                return 404;
            case shard::QueueError::kInUse:
                return 409;
            case shard::QueueError::kInvalid:
                return 400;
        }
        return 400;
    }
};
using Routes = NamedRoutes<Queues>;

void peek(const Context& context, const CallRef& call) {
    std::uint64_t count = 10;
    std::uint64_t after = 0;
    std::uint64_t payload_bytes_max = 4096;
    Query query(call->target.query);
    query.read("count", count, kPeekMessagesMax);
    query.read("after", after, std::numeric_limits<std::uint64_t>::max());
    query.read("payload_bytes_max", payload_bytes_max, kQueuePayloadBytesMax);
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    const std::string& name = call->names[0];
    Routes::ask_home(context, call, name, shard::PeekQueue{name, after, static_cast<std::uint32_t>(count)},
                     [call, payload_bytes_max](const QueueReply& reply) {
                         ordered_json messages = ordered_json::array();
                         for (const shard::QueuedMessage& queued : reply.messages) {
                             messages.push_back(queued_message_json(queued, payload_bytes_max));
                         }
                         call->respond(json_response({{"messages", messages}}));
                     });
}

void purge(const Context& context, const CallRef& call) {
    const std::string& name = call->names[0];
    Routes::ask_home(context, call, name, shard::PurgeQueue{name}, [call](const QueueReply& reply) {
        call->respond(json_response({{"messages", reply.count}}));
    });
}

void redrive(const Context& context, const CallRef& call) {
    const std::string& name = call->names[0];
    shard::RedriveQueue redrive;
    redrive.name = name;
    if (const auto problem = read_redrive(call->request.body, redrive)) {
        return call->respond(to_response(*problem));
    }
    Routes::ask_home(context, call, name, redrive, [call](const QueueReply& reply) {
        call->respond(json_response({{"messages", reply.count}}));
    });
}

}  // namespace

void list_queues(const Context& context,
                 std::function<void(std::optional<std::vector<shard::QueueInfo>>)> then) {
    Routes::find_all(context, std::move(then));
}

void add_queue_routes(Router& router, const Context& context) {
    Routes::add_to(router, context);
    const std::string messages = "/api/v1/queues/{name}/messages";
    router.add("GET", messages, [&context](const CallRef& call) { peek(context, call); });
    router.add("DELETE", messages, [&context](const CallRef& call) { purge(context, call); });
    router.add("POST", "/api/v1/queues/{name}/redrive",
               [&context](const CallRef& call) { redrive(context, call); });
}

}  // namespace dray::admin
