// A connection that this process makes to a server: a socket, and TLS over it if that is wanted.
//
//     open(…)  ->  establish() until kDone  ->  read(…), write(…)
//
// Never waits: `kBlocked` means "again when the socket has news", of which the owner hears by watching
// number() edge-triggered, for reading and writing. One thread. The process must ignore SIGPIPE.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/byte_view.h"
#include "net/address.h"
#include "net/tls_stream.h"
#include "reactor/file_descriptor.h"

namespace dray::net {

class Outgoing {
  public:
    using Status = TlsStream::Status;
    using Transfer = TlsStream::Transfer;

    // `tls` may be null; otherwise the server's certificate must be for `host`.
    static Result<std::unique_ptr<Outgoing>, Failure> open(const Address& address,
                                                           std::shared_ptr<const TlsContext> tls,
                                                           const std::string& host);

    int number() const { return socket_.number(); }
    // Until it is done nothing can be read or written.
    Status establish();
    // As much as there is room for and is there now. Ends and failures are told when all before them was.
    Transfer read(std::span<std::uint8_t> room);
    // As much as the socket takes. After less than all the next write must begin with the same bytes, and no
    // fewer.
    Transfer write(ByteView bytes);
    // Says that no more comes from us, if that can be said now.
    void say_close();
    // What was wrong when something has failed, for a person.
    const std::string& why() const { return tls_ && why_.empty() ? tls_->why() : why_; }

  private:
    explicit Outgoing(reactor::FileDescriptor socket) : socket_(std::move(socket)) {}
    Status connected();
    Status failed(int error);

    reactor::FileDescriptor socket_;
    bool is_connected_ = false;
    std::optional<TlsStream> tls_;
    std::string why_;
};

}  // namespace dray::net
