// Takes messages from the broker and acknowledges each one after its transaction: the connection by which a
// service consumes. (What it publishes goes by another, see bus.h: a full outbox must not hold up
// acknowledgements.)
//
//   broker ──PUBLISH──> on_message ──> worker's queue ──> transaction on disk ──> acknowledge ──PUBACK──>
//
// A thread of its own keeps it connected for ever (backoff 0.25 … 8 s, and the log says so). Messages that
// were not acknowledged when a connection was lost come again; a receipt of a lost connection is void.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/common/message.h"

namespace dray::service {

// What became of a message. From kFailed on a queue takes it back: it comes again, or is a dead letter.
enum class Outcome : std::uint8_t {
    kDone = 0x00,
    kFailed = 0x83,      // Implementation specific error
    kUnreadable = 0x99,  // Payload format invalid
};

class Consumer {
  public:
    struct Options {
        std::string broker;  // mqtt://host:port
        std::string client_id;
        bool persistent_session = true;
    };
    struct Receipt {
        std::uint64_t connection = 0;
        std::uint16_t packet_id = 0;
    };
    // On the consumer's own thread; must only pass things on.
    struct Callbacks {
        std::function<void(Message, Receipt)> on_message;
        std::function<void()> on_up;
        // Asked before each connection.
        std::function<std::vector<std::string>()> filters;
    };

    // Throws SettingsError when `broker` is not an address.
    Consumer(Options options, Callbacks callbacks);
    ~Consumer();
    Consumer(const Consumer&) = delete;
    Consumer& operator=(const Consumer&) = delete;

    void start();
    void pause();  // takes no more; what was taken can still be acknowledged
    void stop();   // sends what is still to be acknowledged, then DISCONNECT

    // Any thread.
    void acknowledge(Receipt receipt, Outcome outcome);
    bool connected() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dray::service
