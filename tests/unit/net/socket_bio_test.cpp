// What OpenSSL gets when it asks a socket for more.
#include "net/socket_bio.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "reactor/file_descriptor.h"

namespace dray::net {
namespace {

constexpr const char* kLater = "later";
constexpr const char* kEnd = "end";

class SocketBioTest : public testing::Test {
  protected:
    SocketBioTest() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        here_ = reactor::FileDescriptor(ends[0]);
        peer_ = reactor::FileDescriptor(ends[1]);
        socket_ = std::make_unique<SocketBio>(here_.number());
        bio_.reset(socket_->make());
    }
    void peer_says(std::string_view bytes) {
        ASSERT_EQ(::send(peer_.number(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    }
    std::string read(int size) {
        std::string room(static_cast<std::size_t>(size), '\0');
        const int got = BIO_read(bio_.get(), room.data(), size);
        if (got < 0 && BIO_should_read(bio_.get())) return kLater;
        if (got == 0 && BIO_eof(bio_.get())) return kEnd;
        return got < 0 ? "failed" : room.substr(0, static_cast<std::size_t>(got));
    }

    struct Free {
        void operator()(bio_st* bio) const { BIO_free(bio); }
    };
    reactor::FileDescriptor here_;
    reactor::FileDescriptor peer_;
    std::unique_ptr<SocketBio> socket_;
    std::unique_ptr<bio_st, Free> bio_;
};

TEST_F(SocketBioTest, AShortReadIsTheLastOfItsRound) {
    peer_says("hello");
    socket_->start_reading(true);
    EXPECT_EQ(read(100), "hello");
    peer_says("world");
    EXPECT_EQ(read(100), kLater);  // it was not asked
    socket_->start_reading(true);
    EXPECT_EQ(read(5), "world");
    EXPECT_EQ(read(5), kLater);  // it was: no more than there was room for had come
    peer_says("again");
    EXPECT_EQ(read(5), "again");
}

TEST_F(SocketBioTest, WhereTheEndMayLieBehindTheBytesItIsAskedUntilItHasNothing) {
    peer_says("last words");
    peer_.reset();
    socket_->start_reading(false);
    EXPECT_EQ(read(100), "last words");
    EXPECT_EQ(read(100), kEnd);
}

TEST_F(SocketBioTest, WritesUntilTheSocketIsFull) {
    const std::string block(10'000, '.');
    int put = BIO_write(bio_.get(), block.data(), 10'000);
    EXPECT_EQ(put, 10'000);
    while (put > 0) put = BIO_write(bio_.get(), block.data(), 10'000);
    EXPECT_TRUE(BIO_should_write(bio_.get()));
    peer_.reset();
    EXPECT_EQ(BIO_write(bio_.get(), block.data(), 10'000), -1);  // and no SIGPIPE
    EXPECT_FALSE(BIO_should_retry(bio_.get()));
}

}  // namespace
}  // namespace dray::net
