#include "admin/config_routes.h"

#include <utility>

#include "admin/fields.h"
#include "admin/json_response.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::SessionReply;
using CallRef = std::shared_ptr<Call>;

constexpr std::size_t kLossesMax = 1000;  // that are told

ordered_json to_json(const shard::AccessLoss& loss) {
    return {{"client_id", loss.client_id},
            {"user_name", loss.user_name},
            {"user_gone", loss.is_user_gone},
            {"subscriptions", loss.subscriptions},
            {"publish", loss.publish}};
}

ordered_json to_json(const std::vector<ReloadPlan::Change>& changes, const char* name) {
    ordered_json all = ordered_json::array();
    for (const ReloadPlan::Change& change : changes) {
        ordered_json json;
        json[name] = change.what;
        if (!change.how.empty()) json["change"] = change.how;
        json["needs_restart"] = change.needs_restart;
        all.push_back(std::move(json));
    }
    return all;
}

// Asks shard after shard, page after page, for the clients that would lose access.
class Diff : public std::enable_shared_from_this<Diff> {
  public:
    Diff(const Context& context, CallRef call, ReloadPlan plan)
        : context_(context), call_(std::move(call)), plan_(std::move(plan)) {}

    void ask() {
        shard::ListAccessLosses list{place_, static_cast<std::uint32_t>(kLossesMax - clients_.size()),
                                     plan_.access};
        context_.switchboard.ask<SessionReply>(
            shard_, shard::SessionRequest{0, std::move(list)},
            [self = shared_from_this()](const std::optional<SessionReply>& reply) { self->answered(reply); });
    }

  private:
    void answered(const std::optional<SessionReply>& reply) {
        if (!reply) return call_->respond(to_response(kShardSilent));
        for (const auto& loss : reply->losses) clients_.push_back(to_json(loss));
        place_ = reply->next.value_or(shard::SessionPlace{});
        if (!reply->next) ++shard_;
        const bool is_last = shard_ >= context_.switchboard.shards();
        if (!is_last && clients_.size() < kLossesMax) return ask();
        call_->respond(json_response({{"keys", to_json(plan_.keys, "key")},
                                      {"listeners", to_json(plan_.listeners, "listener")},
                                      {"clients", clients_},
                                      {"more_clients", !is_last}}));
    }

    const Context& context_;
    CallRef call_;
    ReloadPlan plan_;
    shard::ShardIndex shard_ = 0;
    shard::SessionPlace place_;
    ordered_json clients_ = ordered_json::array();
};

void diff(const Context& context, const CallRef& call, const PlanReload& plan_reload) {
    std::string file;
    Fields fields(call->request.body);
    fields.read("file", file);
    if (const auto problem = fields.finish()) return call->respond(to_response(*problem));
    ReloadPlan plan = plan_reload(file);
    if (!plan.errors.empty()) {
        std::string all;
        for (const std::string& error : plan.errors) all += (all.empty() ? "" : "; ") + error;
        return call->respond(to_response({400, all}));
    }
    std::make_shared<Diff>(context, call, std::move(plan))->ask();
}

}  // namespace

void add_config_routes(Router& router, const Context& context, PlanReload plan) {
    router.add("POST", "/api/v1/config/diff",
               [&context, plan = std::move(plan)](const CallRef& call) { diff(context, call, plan); });
}

}  // namespace dray::admin
