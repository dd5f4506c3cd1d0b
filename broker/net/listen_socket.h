// Listening sockets: one per reactor on the same address, between which the kernel spreads the connections
// (SO_REUSEPORT), so that no thread hands sockets to another.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "reactor/file_descriptor.h"

namespace dray::net {

// The file of a Unix-domain socket; removed with this.
class SocketFile {
  public:
    explicit SocketFile(std::string path) : path_(std::move(path)) {}
    ~SocketFile();
    SocketFile(const SocketFile&) = delete;
    SocketFile& operator=(const SocketFile&) = delete;

  private:
    std::string path_;
};

struct ListenSockets {
    Address address;  // as bound: with the port that the system chose
    std::vector<reactor::FileDescriptor> sockets;
    std::unique_ptr<SocketFile> file;  // of a Unix-domain address
};

// The first bind is exclusive: a port that another process listens on is an error, even if that process
// shares it. The error tells what failed and why.
//
// A Unix domain has no SO_REUSEPORT: its sockets are one, and whichever reactor comes first accepts. A file
// that an earlier broker left behind is replaced; one on which somebody listens is an error, as is anything
// else in its place. `mode` are the permissions of the file.
inline constexpr std::uint32_t kSocketMode = 0660;
Result<ListenSockets, Failure> open_listen_sockets(const Address& address, std::size_t count,
                                                   std::uint32_t mode = kSocketMode);

// A Unix-domain socket that has no file, only a name that the system makes up: for clients in this process,
// which are told its address. Other processes can find it; is_of_this_process() tells who came.
Result<ListenSockets, Failure> open_private_socket();
bool is_of_this_process(int connection);

}  // namespace dray::net
