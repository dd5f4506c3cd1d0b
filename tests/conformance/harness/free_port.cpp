#include "harness/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace dray::conformance {
namespace {

bool is_free(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    ::close(fd);
    return bound;
}

}  // namespace

std::uint16_t free_port() {
    constexpr int kAttempts = 200;
    std::random_device dice;
    // Those below are for tests/free_ports.py.
    std::uniform_int_distribution<std::uint16_t> any(22'000, 32'000);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const std::uint16_t port = any(dice);
        if (is_free(port)) return port;
    }
    throw std::runtime_error("no free port on loopback");
}

}  // namespace dray::conformance
