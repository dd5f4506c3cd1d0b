// The whole broker, wired: store, reactors with their shards, sockets. Main thread only.
//
//     Broker broker(config);            opens the listeners; throws std::runtime_error with a clear text
//     broker.start();
//     std::cout << broker.ready_line();
//     broker.stop(patience);
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin/admin_server.h"
#include "app/bridges.h"
#include "app/config_loader.h"
#include "app/sinks.h"
#include "auth/current_access_rules.h"
#include "auth/current_authenticator.h"
#include "auth/operator_tokens.h"
#include "net/listen_socket.h"
#include "net/listener_options.h"
#include "net/socket_transport.h"
#include "reactor/reactor_group.h"
#include "store/memory_store.h"
#include "store/rocks_store.h"

namespace dray::app {

class Broker {
  public:
    // `load` reads a configuration as the one in force was read, but from that file; "" = the same file.
    using Load = std::function<ConfigLoader(const std::string& file)>;
    Broker(const Config& config, Load load);
    ~Broker();

    void start();
    // "ready mqtt=127.0.0.1:1883 ws=127.0.0.1:8083", then mqtts=… wss=… and further listeners, and last
    // admin=… if there is one: the addresses as they came to be.
    const std::string& ready_line() const { return ready_line_; }
    // Takes on what of a configuration can be taken on while clients are connected (config_changes.h), all of
    // it or nothing: the log says which, and why. Access rules hold for all clients at once; users, tokens
    // and certificates for connections to come, and clients whose user is gone are closed.
    void reload(const Config& config);
    // How long the end may take its time with the clients: as the configuration says, or whoever asked for
    // it.
    std::chrono::milliseconds drain_time() const { return std::chrono::milliseconds(drain_ms_.load()); }
    // No more clients come in, and one of so many is sent away; all of them with 1.
    void send_away_one_of(unsigned clients);
    // Whether every shard's thread has turned since this was asked last.
    bool is_alive() { return reactors_.are_alive(); }
    // False if it did not end in time.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);

  private:
    void listen(const ListenerConfig& listener, const Config& config);
    void listen_for_operators(const Config& config);
    admin::BackUp back_up_into(const std::string& data_dir) const;
    void reload_or_throw(const Config& config);
    void replace_users(std::shared_ptr<const auth::Authenticator> next);
    admin::ReloadPlan plan(const std::string& file) const;

    shard::StorePort& store() { return kept_ ? *kept_ : static_cast<shard::StorePort&>(memory_); }

    Load load_;
    mutable std::mutex config_mutex_;                            // the admin thread looks at it, too
    Config config_;                                              // in force
    std::unique_ptr<const auth::OperatorTokens> operators_;      // none without admin.client_user
    std::unique_ptr<auth::CurrentAuthenticator> authenticator_;  // none without a password or key file
    std::unique_ptr<auth::CurrentAccessRules> access_;           // none: everything is allowed
    store::MemoryStore memory_;
    std::unique_ptr<store::RocksStore> kept_;  // none: nothing is kept on disk
    reactor::ReactorGroup reactors_;
    std::unique_ptr<CeilingWatch> ceilings_;
    std::vector<std::unique_ptr<net::SocketTransport>> transports_;  // one per reactor
    std::vector<std::shared_ptr<net::TlsServer>>
        tls_servers_;  // of the listeners that have TLS, in their order
    std::vector<std::unique_ptr<net::SocketFile>> socket_files_;
    std::shared_ptr<net::Seats> seats_;                 // of all listeners; none: no limit
    std::shared_ptr<net::AddressRates> address_rates_;  // ... the same way
    Bridges bridges_;
    Sinks sinks_;
    std::unique_ptr<admin::AdminServer> admin_;      // none without admin.bind
    std::vector<admin::ListenerAddress> listeners_;  // as they came to be
    std::atomic<std::int64_t> drain_ms_;
    std::string ready_line_ = "ready";
};

}  // namespace dray::app
