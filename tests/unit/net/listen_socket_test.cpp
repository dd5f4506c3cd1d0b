#include "net/listen_socket.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <set>

namespace dray::net {
namespace {

Address any_loopback_port() {
    return *resolve(*HostPort::parse("127.0.0.1:0"));
}

reactor::FileDescriptor connect_to(const Address& address) {
    reactor::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(socket.number(), address.get(), address.length), 0);
    return socket;
}

TEST(ListenSockets, TheSystemChoosesOnePortForAllOfThem) {
    const auto opened = open_listen_sockets(any_loopback_port(), 4);
    ASSERT_TRUE(opened.has_value()) << opened.error().what;
    EXPECT_EQ(opened->sockets.size(), 4u);
    EXPECT_NE(opened->address.port(), 0);
}

TEST(ListenSockets, ConnectionsAreSpreadOverThem) {
    const auto opened = open_listen_sockets(any_loopback_port(), 2);
    ASSERT_TRUE(opened.has_value());
    std::vector<reactor::FileDescriptor> clients;
    std::set<std::size_t> used;
    for (int i = 0; i < 200 && used.size() < 2; ++i) {  // all on one side: 1 in 2^200
        clients.push_back(connect_to(opened->address));
        for (std::size_t j = 0; j < 2; ++j) {
            pollfd ready{opened->sockets[j].number(), POLLIN, 0};
            if (::poll(&ready, 1, 0) == 1) used.insert(j);
        }
    }
    EXPECT_EQ(used.size(), 2u);
}

TEST(ListenSockets, WhatIsAcceptedDoesNotDelaySmallPackets) {
    const auto opened = open_listen_sockets(any_loopback_port(), 1);
    ASSERT_TRUE(opened.has_value());
    const auto client = connect_to(opened->address);
    pollfd ready{opened->sockets[0].number(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, 5000), 1);
    const reactor::FileDescriptor accepted(::accept(opened->sockets[0].number(), nullptr, nullptr));
    int no_delay = 0;
    socklen_t length = sizeof no_delay;
    ASSERT_EQ(::getsockopt(accepted.number(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &length), 0);
    EXPECT_EQ(no_delay, 1);
}

TEST(ListenSockets, APortThatIsInUseIsAnErrorEvenIfItsOwnerSharesIt) {
    for (const std::size_t owners : {1u, 2u}) {
        const auto first = open_listen_sockets(any_loopback_port(), owners);
        ASSERT_TRUE(first.has_value());
        for (const std::size_t count : {1u, 2u}) {
            const auto second = open_listen_sockets(first->address, count);
            ASSERT_FALSE(second.has_value());
            EXPECT_NE(second.error().what.find(first->address.to_text()), std::string::npos);
            EXPECT_NE(second.error().what.find("another process"), std::string::npos) << second.error().what;
        }
    }
}

TEST(ListenSockets, AnAddressOfAnotherMachineIsAnError) {
    const auto opened = open_listen_sockets(*resolve(*HostPort::parse("192.0.2.1:0")), 1);
    ASSERT_FALSE(opened.has_value());
    EXPECT_NE(opened.error().what.find("192.0.2.1"), std::string::npos);
}

}  // namespace
}  // namespace dray::net
