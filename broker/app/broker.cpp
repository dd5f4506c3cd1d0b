#include "app/broker.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <thread>

#include "admin/schemas.h"
#include "admin/token_file.h"
#include "app/auth_files.h"
#include "app/ceilings.h"
#include "app/config_changes.h"
#include "app/connect_operator.h"
#include "app/find_console.h"
#include "app/open_store.h"
#include "app/reload_plan.h"
#include "app/version.h"
#include "net/address.h"
#include "net/listen_socket.h"
#include "reactor/clock.h"
#include "reactor/log.h"

namespace dray::app {

namespace {

// Whoever asks for the end has his answer before it comes.
constexpr std::chrono::milliseconds kAnswerTime{100};

shard::ShardIndex shard_count(const Config& config) {
    const unsigned wanted = config.threads != 0 ? config.threads : std::thread::hardware_concurrency();
    return static_cast<shard::ShardIndex>(std::clamp<unsigned>(wanted, 1, shard::kShardsMax));
}

shard::WatchAccess watch_access(const Config& config) {
    if (config.admin_bind.empty()) return shard::WatchAccess::kNoAdmin;
    // A Unix domain's file has an owner: not all that this machine runs may use it.
    const bool is_for_this_machine =
        config.admin_token_file.empty() && !config.admin_bind.starts_with(net::kUnixPrefix);
    return is_for_this_machine ? shard::WatchAccess::kThisMachine : shard::WatchAccess::kOperators;
}

shard::ShardOptions shard_options(const Config& config, const shard::AuthPort* auth,
                                  const shard::AccessPort* access) {
    shard::ShardOptions options;
    options.count = shard_count(config);
    std::random_device chance;
    options.seed = std::uint64_t{chance()} << 32 | chance();
    options.limits = config.limits;
    options.version = kVersion;
    options.auth = auth;
    options.access = access;
    options.server_reference = config.server_reference;
    options.redirect = config.redirect;
    options.shared_choice = config.shared_choice;
    options.queues = config.all_queues();
    options.response_prefix = config.response_prefix;
    options.streams = config.streams;
    options.watch_access = watch_access(config);
    return options;
}

template <typename Value>
Value or_throw(Result<Value, net::Failure> result) {
    if (!result) throw std::runtime_error(result.error().what);
    return std::move(*result);
}

// What shards ask, for as long as they live. None of none.
template <typename Current, typename First>
std::unique_ptr<Current> current(std::unique_ptr<First> first) {
    return first ? std::make_unique<Current>(std::move(first)) : nullptr;
}

const char* name_of(net::ListenerKind kind) {
    switch (kind) {
        case net::ListenerKind::kMqtt:
            return "mqtt";
        case net::ListenerKind::kWebSocket:
            return "ws";
        case net::ListenerKind::kMqtts:
            return "mqtts";
        case net::ListenerKind::kWss:
            return "wss";
    }
    return "";
}

std::shared_ptr<const net::TlsContext> load_certificates(const ListenerConfig& listener) {
    auto context = net::TlsContext::load(listener.tls);
    if (!context)
        throw std::runtime_error(listener.key_prefix + context.error().setting + ": " + context.error().what);
    return std::move(*context);
}

std::unique_ptr<const auth::OperatorTokens> make_operator_tokens(const Config& config) {
    if (config.admin_client_user.empty()) return nullptr;
    return std::make_unique<const auth::OperatorTokens>(config.admin_client_user);
}

const char* anonymous_policy(const net::ListenerOptions& options) {
    return options.allow_anonymous ? "allowed" : "refused: set allow_anonymous = true to let them in";
}

reactor::ReactorOptions reactor_options(const Config& config) {
    reactor::ReactorOptions options;
    options.poller = config.poller;
    options.gather = std::chrono::microseconds(config.gather_us);
    if (config.consolidate) options.consolidation.emplace();
    return options;
}

}  // namespace

Broker::Broker(const Config& config, Load load)
    : load_(std::move(load)),
      config_(config),
      operators_(make_operator_tokens(config)),
      authenticator_(current<auth::CurrentAuthenticator>(make_authenticator(config, operators_.get()))),
      access_(current<auth::CurrentAccessRules>(make_access_rules(config))),
      kept_(open_store(config, shard_count(config))),
      reactors_(shard_options(config, authenticator_.get(), access_.get()), store(), reactor::Clock(),
                reactor_options(config)),
      drain_ms_(config.drain_ms) {
    if (kept_) kept_->set_wake([this](shard::ShardIndex shard) { reactors_[shard].wake(); });
    for (std::size_t i = 0; i < reactors_.size(); ++i) {
        transports_.push_back(std::make_unique<net::SocketTransport>(reactors_[i]));
        reactors_[i].set_transport(*transports_.back());
    }
    if (config.connections_max > 0) seats_ = std::make_shared<net::Seats>(config.connections_max);
    if (config.address_connections_per_s_max > 0)
        address_rates_ = std::make_shared<net::AddressRates>(config.address_connections_per_s_max);
    for (const ListenerConfig& listener : config.listeners()) listen(listener, config);
    bridges_.add(config, transports_);
    sinks_.add(config, transports_);
    if (!config.admin_bind.empty()) listen_for_operators(config);
    const auto tell = [this](unsigned percent) {
        for (std::size_t i = 0; i < reactors_.size(); ++i) reactors_[i].set_pressure(percent);
    };
    ceilings_ = std::make_unique<CeilingWatch>(config.ceilings, kept_ ? config.data_dir : "", tell);
}

Broker::~Broker() {
    if (kept_) kept_->close();  // it wakes reactors, which end next
}

void Broker::listen(const ListenerConfig& listener, const Config& config) {
    const net::Address wanted = or_throw(net::bind_address(listener.bind));
    net::ListenSockets opened =
        or_throw(net::open_listen_sockets(wanted, reactors_.size(), listener.socket_mode));
    if (opened.file) socket_files_.push_back(std::move(opened.file));

    auto options = std::make_shared<net::ListenerOptions>();
    options->kind = listener.kind;
    options->address = opened.address.to_text();
    options->allow_anonymous = listener.allow_anonymous.value_or(opened.address.is_of_this_machine());
    options->websocket = {.header_bytes_max = config.http_header_bytes_max,
                          .message_bytes_max = config.websocket_message_bytes_max};
    options->packet_bytes_max = listener.packet_bytes_max;
    if (seats_ || listener.connections_max > 0) {
        options->seats = std::make_shared<net::Seats>(listener.connections_max, seats_);
    }
    const std::uint32_t per_s_max =
        listener.connections_per_s_max > 0 ? listener.connections_per_s_max : config.connections_per_s_max;
    if (per_s_max > 0) options->rate = std::make_shared<net::ListenerRate>(per_s_max);
    options->address_rates = address_rates_;
    if (net::is_tls(listener.kind))
        options->tls =
            tls_servers_.emplace_back(std::make_shared<net::TlsServer>(load_certificates(listener)));
    options->proxy_protocol = listener.proxy_protocol;
    options->client_certificate = listener.tls.client_certificate;
    options->client_identity = listener.client_identity;
    for (std::size_t i = 0; i < transports_.size(); ++i) {
        transports_[i]->listen(std::move(opened.sockets[i]), options);
    }
    const char* const kind = name_of(listener.kind);
    ready_line_ += std::string(" ") + kind + '=' + options->address;
    listeners_.push_back({kind, options->address});
    reactor::log_info(
        "listening",
        {{"kind", kind}, {"address", options->address}, {"anonymous_clients", anonymous_policy(*options)}});
}

admin::BackUp Broker::back_up_into(const std::string& data_dir) const {
    if (!kept_) return {};
    return [this, backups = backups_in(data_dir)](const std::string& name) {
        const std::string folder = backups + '/' + name;
        std::filesystem::create_directories(backups);
        if (!std::filesystem::create_directory(folder))
            throw std::runtime_error("there is a backup of that name in " + folder);
        try {
            const admin::Backup backup{folder, kept_->copy_to(folder + "/store")};
            reactor::log_info("the store was backed up",
                              {{"folder", folder}, {"position", std::to_string(backup.position)}});
            return backup;
        } catch (const std::runtime_error&) {
            std::filesystem::remove_all(folder);
            throw;
        }
    };
}

void Broker::listen_for_operators(const Config& config) {
    const net::Address wanted = or_throw(net::bind_address(config.admin_bind));
    net::ListenSockets opened = or_throw(net::open_listen_sockets(wanted, 1));
    if (opened.file) socket_files_.push_back(std::move(opened.file));
    // The end is the main thread's business, whoever asks for it.
    const auto drain = [this](std::optional<std::chrono::milliseconds> over) {
        drain_ms_ = std::max(over.value_or(drain_time()), kAnswerTime).count();
        ::kill(::getpid(), SIGTERM);
        return drain_time();
    };
    admin::AdminOptions options{.operators = read_operators(config),
                                .version = kVersion,
                                .listeners = listeners_,
                                .console = find_console(config.console_dir),
                                .schemas = admin::read_schemas(config.schema_dir),
                                .client_tokens = operators_.get(),
                                .bridges = bridges_.figures(),
                                .sinks = sinks_.figures(),
                                .plan_reload = [this](const std::string& file) { return plan(file); },
                                .drain = drain,
                                .connect = [this] { return connect_operator(reactors_.mailroom()); },
                                .back_up = back_up_into(config.data_dir)};
    const char* const operators = options.operators.are_all() ? "whoever reaches it" : "with a token";
    const char* const console = options.console.empty() ? "not installed" : "at /";
    admin_ = std::make_unique<admin::AdminServer>(std::move(opened.sockets.front()), std::move(options),
                                                  reactors_.mailroom(), store());
    const std::string address = opened.address.to_text();
    ready_line_ += " admin=" + address;
    reactor::log_info(
        "listening",
        {{"kind", "admin"}, {"address", address}, {"operators", operators}, {"console", console}});
}

void Broker::send_away_one_of(unsigned clients) {
    if (admin_) admin_->set_draining();
    bridges_.ask_to_stop();
    reactors_.send_away_one_of(clients);
}

void Broker::reload(const Config& config) {
    try {
        reload_or_throw(config);
    } catch (const std::exception& error) {
        reactor::log_error("the configuration was not reloaded: the old one stays in force",
                           {{"why", error.what()}});
    }
}

void Broker::reload_or_throw(const Config& config) {
    const std::vector<std::string> changed = changed_keys(config_, config);
    for (const std::string& key : changed) {
        if (!can_change_while_running(key)) throw std::runtime_error(key + " is only changed by a restart");
    }
    auto authenticator = make_authenticator(config, operators_.get());
    auto access = make_access_rules(config);
    if (!authenticator != !authenticator_)
        throw std::runtime_error("auth: that clients prove who they are begins or ends by a restart only");
    if (!access != !access_) throw std::runtime_error("access: rules begin or end by a restart only");
    std::vector<ListenerConfig> listeners = config.listeners();
    std::erase_if(listeners, [](const ListenerConfig& listener) { return !net::is_tls(listener.kind); });
    std::vector<std::shared_ptr<const net::TlsContext>> contexts;
    for (const ListenerConfig& listener : listeners) contexts.push_back(load_certificates(listener));

    // From here on nothing can fail.
    if (authenticator_) replace_users(std::move(authenticator));
    if (access_) access_->replace(std::move(access));
    for (std::size_t i = 0; i < contexts.size(); ++i) tls_servers_[i]->renew(std::move(contexts[i]));
    {
        const std::lock_guard lock(config_mutex_);
        config_ = config;
    }
    std::string keys;
    for (const std::string& key : changed) keys += (keys.empty() ? "" : ", ") + key;
    reactor::log_info("the configuration and the files that it names were read again", {{"changed", keys}});
}

// Who comes meanwhile is already measured by the new ones.
void Broker::replace_users(std::shared_ptr<const auth::Authenticator> next) {
    auto gone = std::make_shared<const shard::UserNames>(authenticator_->current()->users_gone_in(*next));
    authenticator_->replace(std::move(next));
    if (gone->empty()) return;
    for (std::size_t i = 0; i < reactors_.size(); ++i) reactors_[i].end_users(gone);
}

admin::ReloadPlan Broker::plan(const std::string& file) const {
    const ConfigLoader next = load_(file);
    const auto authenticator = authenticator_ ? authenticator_->current() : nullptr;
    const auto in_force = [this] {
        const std::lock_guard lock(config_mutex_);
        return config_;
    };
    return plan_reload(in_force(), authenticator.get(), next);
}

void Broker::start() {
    reactors_.start();
    if (admin_) admin_->start();
    bridges_.start();
    sinks_.start();
}

bool Broker::stop(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    bridges_.ask_to_stop();
    sinks_.ask_to_stop();
    if (!bridges_.stop(deadline) || !sinks_.stop(deadline)) return false;
    if (admin_) admin_->stop();
    if (!reactors_.stop(patience)) return false;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return !kept_ || kept_->drain(left);
}

}  // namespace dray::app
