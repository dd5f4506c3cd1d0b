#include "sink/amqp_url.h"

#include <gtest/gtest.h>

namespace dray::sink {
namespace {

std::string parts(std::string_view text) {
    const auto url = parse_amqp_url(text);
    if (!url) return url.error().what;
    return std::string(url->tls ? "tls " : "") + url->user + ' ' + url->host + ' ' +
           std::to_string(url->port) + ' ' + url->virtual_host;
}

TEST(AmqpUrl, SaysWhereAndAsWho) {
    EXPECT_EQ(parts("amqp://rabbit"), "guest rabbit 5672 /");
    EXPECT_EQ(parts("amqps://rabbit/"), "tls guest rabbit 5671 /");
    EXPECT_EQ(parts("amqp://dray@127.0.0.1:1234/site"), "dray 127.0.0.1 1234 site");
    EXPECT_EQ(parts("amqp://a%40b@[::1]/%2Fx"), "a@b ::1 5672 /x");
    EXPECT_EQ(parts("amqp://[::1]:9/v"), "guest ::1 9 v");
}

TEST(AmqpUrl, HasNoPasswordAndNothingThatIsNotUnderstood) {
    EXPECT_EQ(parts("amqp://dray:secret@rabbit"),
              "has a password in it, which belongs into the password_file");
    EXPECT_EQ(parts("http://rabbit"), "must begin with amqp:// or amqps://");
    EXPECT_EQ(parts("amqp://rabbit/a/b"), "has no right virtual host; in its name '/' is %2F");
    EXPECT_EQ(parts("amqp://rabbit/%2"), "has no right virtual host; in its name '/' is %2F");
    EXPECT_EQ(parts("amqp://@rabbit"), "has no right user name");
    EXPECT_EQ(parts("amqp://rabbit?heartbeat=1"), "has parameters, which mean nothing here");
    EXPECT_EQ(parts("amqp://rabbit:0"), "has no right host: amqp://USER@HOST:PORT/VHOST");
    EXPECT_EQ(parts("amqp://"), "has no right host: amqp://USER@HOST:PORT/VHOST");
}

}  // namespace
}  // namespace dray::sink
