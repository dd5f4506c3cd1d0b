// What streams and queues have in common: they are declared by name and each lives on one shard.
//
//     GET     /api/v1/<kind>             all, as they stand
//     POST    /api/v1/<kind>             makes one; 409 if there is another of that name
//     GET     /api/v1/<kind>/{name}
//     PUT     /api/v1/<kind>/{name}      makes it, or changes it to these options
//     DELETE  /api/v1/<kind>/{name}      with all it holds
//
// A kind (stream_routes.cpp) has the types of its requests and
//
//     kNoun, kPlural, home(name, shards), found(reply), status_of(reply), read(body, options), to_json(info)
#pragma once

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "admin/context.h"
#include "admin/json_response.h"
#include "admin/router.h"

namespace dray::admin {

template <typename Kind>
class NamedRoutes {
  public:
    using Options = typename Kind::Options;
    using Info = typename Kind::Info;
    using Reply = typename Kind::Reply;
    using Request = typename Kind::Request;
    using CallRef = std::shared_ptr<Call>;

    // All of all shards, by name; nothing if a shard does not answer in time.
    static void find_all(const Context& context, std::function<void(std::optional<std::vector<Info>>)> then) {
        context.switchboard.ask_all<Reply>(
            Request{0, typename Kind::List{}},
            [then = std::move(then)](std::optional<std::vector<Reply>> replies) {
                if (!replies) return then(std::nullopt);
                std::vector<Info> all;
                for (Reply& reply : *replies) std::ranges::move(Kind::found(reply), std::back_inserter(all));
                std::ranges::sort(all, {}, [](const Info& info) { return info.options.name; });
                then(std::move(all));
            });
    }

    // Asks the home of that name; `then` gets the answer unless it is an error, which is answered here.
    template <typename Action>
    static void ask_home(const Context& context, const CallRef& call, const std::string& name, Action action,
                         std::function<void(Reply)> then) {
        context.switchboard.ask<Reply>(Kind::home(name, context.switchboard.shards()),
                                       Request{0, std::move(action)},
                                       [call, then = std::move(then)](std::optional<Reply> reply) {
                                           if (!reply) return call->respond(to_response(kShardSilent));
                                           const int status = Kind::status_of(*reply);
                                           if (status != 200)
                                               return call->respond(to_response({status, reply->what}));
                                           then(std::move(*reply));
                                       });
    }

    static void add_to(Router& router, const Context& context) {
        const std::string all = std::string("/api/v1/") + Kind::kPlural;
        const std::string one = all + "/{name}";
        const auto add = [&](const char* method, const std::string& path, auto handler) {
            router.add(method, path, [&context, handler](const CallRef& call) { handler(context, call); });
        };
        add("GET", all, list);
        add("POST", all, create);
        add("GET", one, show);
        add("PUT", one, replace);
        add("DELETE", one, erase);
    }

  private:
    static void list(const Context& context, const CallRef& call) {
        find_all(context, [call](const std::optional<std::vector<Info>>& found) {
            if (!found) return call->respond(to_response(kShardSilent));
            nlohmann::ordered_json all = nlohmann::ordered_json::array();
            for (const Info& info : *found) all.push_back(Kind::to_json(info));
            call->respond(json_response({{Kind::kPlural, all}}));
        });
    }

    static void show(const Context& context, const CallRef& call) {
        ask_home(context, call, call->names[0], typename Kind::List{call->names[0]}, [call](Reply reply) {
            call->respond(json_response(Kind::to_json(Kind::found(reply).at(0))));
        });
    }

    static void declare(const Context& context, const CallRef& call, const Options& options, int status) {
        ask_home(context, call, options.name, typename Kind::Create{options}, [call, status](Reply reply) {
            call->respond(json_response(Kind::to_json(Kind::found(reply).at(0)), status));
        });
    }

    // The same twice is no mistake: whoever got no answer asks again.
    static void create(const Context& context, const CallRef& call) {
        Options options;
        if (const auto problem = Kind::read(call->request.body, options)) {
            return call->respond(to_response(*problem));
        }
        context.switchboard.ask<Reply>(
            Kind::home(options.name, context.switchboard.shards()),
            Request{0, typename Kind::List{options.name}},
            [&context, call, options](std::optional<Reply> reply) {
                if (!reply) return call->respond(to_response(kShardSilent));
                const std::vector<Info>& found = Kind::found(*reply);
                if (found.empty()) return declare(context, call, options, 201);
                if (found[0].options == options) return call->respond(json_response(Kind::to_json(found[0])));
                call->respond(to_response({409,
                                           "there is a " + std::string(Kind::kNoun) + " '" + options.name +
                                               "' with other options; PUT changes it",
                                           "name"}));
            });
    }

    static void replace(const Context& context, const CallRef& call) {
        Options options;
        options.name = call->names[0];
        if (const auto problem = Kind::read(call->request.body, options)) {
            return call->respond(to_response(*problem));
        }
        if (options.name != call->names[0]) {
            return call->respond(to_response({400, "is not the name in the path", "name"}));
        }
        declare(context, call, options, 200);
    }

    static void erase(const Context& context, const CallRef& call) {
        ask_home(context, call, call->names[0], typename Kind::Delete{call->names[0]}, [call](const Reply&) {
            call->respond(json_response({{"deleted", call->names[0]}}));
        });
    }
};

}  // namespace dray::admin
