// Who a client is: passwords in CONNECT, and SCRAM-SHA-256 by AUTH packets, MQTT 5.0 section 4.12. The
// client's half of SCRAM is written here once more, from RFC 5802.
#include "auth/authenticator.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using mqtt::PropertyId;
using mqtt::PropertyList;

class Authentication : public EachShardCount {
  protected:
    WorldOptions guarded(bool allow_anonymous = false) const {
        WorldOptions result = options();
        result.auth = &authenticator_;
        result.allow_anonymous = allow_anonymous;
        return result;
    }

  private:
    auth::Authenticator authenticator_{
        {{"brewer", auth::ScramVerifier::make("hops", "salt of the brewer", 4096)},
         {"taster", auth::ScramVerifier::make("malt", "salt of the taster", 4096)}}};
};
INSTANTIATE_TEST_SUITE_P(Each, Authentication, testing::Values(1, 2, 4), shard_count_name);

mqtt::Connect with_password(std::string_view user, std::string_view password, ProtocolVersion version) {
    mqtt::Connect packet = connect("c", version);
    packet.user_name = user;
    packet.password = as_bytes(password);
    return packet;
}

class ScramClient {
  public:
    ScramClient(std::string user, std::string password)
        : user_(std::move(user)), password_(std::move(password)) {}
    std::string first() const { return "n,," + bare(); }
    std::string final(std::string_view server_first) {
        const std::string text(server_first);
        const std::size_t salt_at = text.find(",s=");
        const std::size_t count_at = text.find(",i=");
        const std::string nonce = text.substr(2, salt_at - 2);
        const std::string salt = *auth::from_base64(text.substr(salt_at + 3, count_at - salt_at - 3));
        const auto count = static_cast<std::uint32_t>(std::stoul(text.substr(count_at + 3)));
        salted_ = auth::pbkdf2_sha256(password_, salt, count);
        const std::string without_proof = "c=biws,r=" + nonce;
        signed_ = bare() + "," + text + "," + without_proof;
        const auth::Digest key = auth::hmac_sha256(auth::as_text(salted_), "Client Key");
        const auth::Digest stored = auth::sha256(auth::as_text(key));
        const auth::Digest signature = auth::hmac_sha256(auth::as_text(stored), signed_);
        return without_proof + ",p=" + auth::to_base64(auth::as_text(auth::exclusive_or(key, signature)));
    }
    std::string server_final() const {
        const auth::Digest key = auth::hmac_sha256(auth::as_text(salted_), "Server Key");
        return "v=" + auth::to_base64(auth::as_text(auth::hmac_sha256(auth::as_text(key), signed_)));
    }

  private:
    std::string bare() const { return "n=" + user_ + ",r=fyko+d2lbbFgONRv9qkxdawL"; }
    std::string user_;
    std::string password_;
    auth::Digest salted_{};
    std::string signed_;
};

PropertyList method_and(std::string_view data, std::string_view method = "SCRAM-SHA-256") {
    PropertyList list;
    list.add(PropertyId::kAuthenticationMethod, method);
    if (!data.empty()) list.add(PropertyId::kAuthenticationData, data);
    return list;
}

Client& sends_connect(World& world, std::string_view data, std::string_view method = "SCRAM-SHA-256") {
    const PropertyList list = method_and(data, method);
    mqtt::Connect packet = connect("c", kV5);
    packet.properties = list.view();
    return world.client("c").sends(packet);
}

Client& sends_auth(Client& client, ReasonCode reason, std::string_view data,
                   std::string_view method = "SCRAM-SHA-256") {
    const PropertyList list = method_and(data, method);
    return client.sends(mqtt::Auth{reason, list.view()});
}

std::string data_of(const mqtt::Properties& properties) {
    EXPECT_EQ(properties.text(PropertyId::kAuthenticationMethod), "SCRAM-SHA-256");
    return std::string(properties.text(PropertyId::kAuthenticationData).value_or(""));
}

// The challenge that the client just got.
std::string challenge(Client& client) {
    const auto packet = client.takes<mqtt::Auth>();
    EXPECT_EQ(packet.reason, ReasonCode::kContinueAuthentication);
    return data_of(packet.properties);
}

Client& connects(World& world, ScramClient& scram) {
    Client& client = sends_connect(world, scram.first());
    sends_auth(client, ReasonCode::kContinueAuthentication, scram.final(challenge(client)));
    const auto answer = client.takes<mqtt::Connack>();
    EXPECT_EQ(answer.reason, ReasonCode::kSuccess);
    EXPECT_EQ(data_of(answer.properties), scram.server_final());
    return client;
}

TEST_P(Authentication, APasswordIsCheckedInEveryVersion) {
    World world(guarded());
    for (const auto version : {ProtocolVersion::kV31, ProtocolVersion::kV311, kV5}) {
        world.client("c").sends(with_password("brewer", "hops", version)).gets(connack());
        world.client("c").drops();
        const auto refused = connack(false, ReasonCode::kBadUserNameOrPassword);
        for (const char* password : {"malt", ""}) {
            world.client("c").sends(with_password("brewer", password, version)).gets(refused).is_closed();
        }
        world.client("c").sends(with_password("nobody", "hops", version)).gets(refused).is_closed();
        world.client("c").sends(connect("c", version));
        world.client("c").gets(connack(false, ReasonCode::kNotAuthorized)).is_closed();
    }
}

TEST_P(Authentication, WhereAnonymousClientsMayConnectAPasswordIsCheckedAllTheSame) {
    World world(guarded(true));
    world.client("c").sends(connect("c")).gets(connack()).drops();
    world.client("c").sends(with_password("brewer", "malt", ProtocolVersion::kV311));
    world.client("c").gets(connack(false, ReasonCode::kBadUserNameOrPassword)).is_closed();
}

TEST_P(Authentication, AfterTooManyFailuresTheUserWaitsAndNobodyElse) {
    WorldOptions limited = guarded();
    limited.limits.user_login_failures_max = 2;
    World world(limited);
    const auto tries = [&world](std::string_view user, std::string_view password, ReasonCode reason) {
        world.client("c").sends(with_password(user, password, kV5)).gets(connack(false, reason));
        if (reason == ReasonCode::kSuccess) world.client("c").drops();
    };
    for (int i = 0; i < 3; ++i) tries("brewer", "malt", ReasonCode::kBadUserNameOrPassword);
    tries("brewer", "hops", ReasonCode::kConnectionRateExceeded);
    tries("taster", "malt", ReasonCode::kSuccess);
    world.client("c").sends(with_password("brewer", "hops", ProtocolVersion::kV311));
    world.client("c").gets(connack(false, ReasonCode::kServerUnavailable)).is_closed();
    EXPECT_EQ(world.statistics().logins_failed, 3u);
    EXPECT_EQ(world.statistics().logins_held_off, 2u);
    world.advance(std::chrono::milliseconds(limited.limits.login_delay_ms));
    tries("brewer", "hops", ReasonCode::kSuccess);
    for (int i = 0; i < 2; ++i) tries("brewer", "malt", ReasonCode::kBadUserNameOrPassword);
    tries("brewer", "hops", ReasonCode::kSuccess);  // the earlier ones were forgotten
}

TEST_P(Authentication, AfterTooManyFailuresAllOfThatAddressWait) {
    WorldOptions limited = guarded();
    limited.limits.address_login_failures_max = 2;
    limited.origin = 1;
    World world(limited);
    for (const char* user : {"brewer", "taster", "nobody"}) {
        world.client("c").sends(with_password(user, "guess", kV5));
        world.client("c").gets(connack(false, ReasonCode::kBadUserNameOrPassword)).is_closed();
    }
    const auto held_off = connack(false, ReasonCode::kConnectionRateExceeded);
    world.client("c").sends(with_password("brewer", "hops", kV5)).gets(held_off).is_closed();
    sends_connect(world, ScramClient("brewer", "hops").first()).gets(held_off).is_closed();
    world.advance(std::chrono::milliseconds(limited.limits.login_delay_ms));
    ScramClient scram("brewer", "hops");
    connects(world, scram);
}

TEST_P(Authentication, AProofThatIsWrongIsAFailedLogin) {
    WorldOptions limited = guarded();
    limited.limits.user_login_failures_max = 1;
    World world(limited);
    for (int i = 0; i < 2; ++i) {
        ScramClient wrong("brewer", "malt");
        Client& client = sends_connect(world, wrong.first());
        sends_auth(client, ReasonCode::kContinueAuthentication, wrong.final(challenge(client)));
        client.gets(connack(false, ReasonCode::kBadUserNameOrPassword)).is_closed();
    }
    ScramClient right("brewer", "hops");
    Client& client = sends_connect(world, right.first());
    sends_auth(client, ReasonCode::kContinueAuthentication, right.final(challenge(client)));
    client.gets(connack(false, ReasonCode::kConnectionRateExceeded)).is_closed();
}

TEST_P(Authentication, ScramProvesBothSides) {
    World world(guarded());
    ScramClient scram("brewer", "hops");
    connects(world, scram).sends(subscribe(1, "t", 0)).gets(suback(1, 0));
}

TEST_P(Authentication, TheSessionIsResumedAsWithoutScram) {
    World world(guarded());
    PropertyList list = method_and(ScramClient("brewer", "hops").first());
    list.add(PropertyId::kSessionExpiryInterval, 100U);
    mqtt::Connect packet = connect("c", kV5);
    packet.clean_start = false;
    packet.properties = list.view();
    for (const bool present : {false, true}) {
        ScramClient scram("brewer", "hops");
        Client& client = world.client("c").sends(packet);
        sends_auth(client, ReasonCode::kContinueAuthentication, scram.final(challenge(client)));
        EXPECT_EQ(client.takes<mqtt::Connack>().session_present, present);
        client.drops();
    }
}

TEST_P(Authentication, AConnectWithoutDataIsAskedForTheFirstMessage) {
    World world(guarded());
    ScramClient scram("brewer", "hops");
    Client& client = sends_connect(world, "");
    EXPECT_EQ(challenge(client), "");
    sends_auth(client, ReasonCode::kContinueAuthentication, scram.first());
    sends_auth(client, ReasonCode::kContinueAuthentication, scram.final(challenge(client)));
    EXPECT_EQ(client.takes<mqtt::Connack>().reason, ReasonCode::kSuccess);
}

TEST_P(Authentication, AWrongPasswordAndAnUnknownUserLookTheSame) {
    World world(guarded());
    for (const char* user : {"brewer", "nobody"}) {
        ScramClient scram(user, "wrong");
        Client& client = sends_connect(world, scram.first());
        sends_auth(client, ReasonCode::kContinueAuthentication, scram.final(challenge(client)));
        client.gets(connack(false, ReasonCode::kBadUserNameOrPassword)).is_closed();
    }
}

TEST_P(Authentication, AnUnknownMethodIsRefused) {
    World world(guarded());
    sends_connect(world, "x", "SCRAM-SHA-1")
        .gets(connack(false, ReasonCode::kBadAuthenticationMethod))
        .is_closed();
}

TEST_P(Authentication, BadDataIsRefused) {
    World world(guarded());
    const auto refused = connack(false, ReasonCode::kProtocolError);
    sends_connect(world, "nonsense").gets(refused).is_closed();
    Client& client = sends_connect(world, ScramClient("brewer", "hops").first());
    challenge(client);
    sends_auth(client, ReasonCode::kContinueAuthentication, "nonsense").gets(refused).is_closed();
}

TEST_P(Authentication, WhatComesOutOfPlaceIsRefused) {
    World world(guarded());
    const std::string first = ScramClient("brewer", "hops").first();
    const auto refused = connack(false, ReasonCode::kProtocolError);
    const auto begun = [&]() -> Client& {
        Client& client = sends_connect(world, first);
        challenge(client);
        return client;
    };
    begun().sends(subscribe(1, "t", 0)).gets(refused).is_closed();
    begun().sends(mqtt::Pingreq{}).gets(refused).is_closed();
    sends_auth(begun(), ReasonCode::kContinueAuthentication, "x", "OTHER").gets(refused).is_closed();
    sends_auth(begun(), ReasonCode::kReAuthenticate, first).gets(refused).is_closed();
    begun().sends(disconnect()).is_closed();
}

TEST_P(Authentication, AnExchangeThatIsNeverFinishedEnds) {
    World world(guarded());
    Client& client = sends_connect(world, ScramClient("brewer", "hops").first());
    challenge(client);
    world.advance(10s);
    client.is_closed();
}

TEST_P(Authentication, AuthWithoutAMethodIsAProtocolError) {
    World world(guarded(true));
    Client& client = world.client("c").sends(connect("c", kV5)).gets(connack());
    sends_auth(client, ReasonCode::kReAuthenticate, "x")
        .gets(disconnect(ReasonCode::kProtocolError))
        .is_closed();
}

TEST_P(Authentication, AClientMayAuthenticateAgainWhileMessagesFlow) {
    World world(guarded());
    ScramClient scram("brewer", "hops");
    Client& client = connects(world, scram);
    for (int time = 0; time < 2; ++time) {
        ScramClient again("brewer", "hops");
        sends_auth(client, ReasonCode::kReAuthenticate, again.first());
        const std::string asked = challenge(client);
        client.sends(subscribe(1, "t", 0)).gets(suback(1, 0));
        sends_auth(client, ReasonCode::kContinueAuthentication, again.final(asked));
        const auto done = client.takes<mqtt::Auth>();
        EXPECT_EQ(done.reason, ReasonCode::kSuccess);
        EXPECT_EQ(data_of(done.properties), again.server_final());
    }
}

TEST_P(Authentication, FailingTheSecondTimeEndsTheConnection) {
    World world(guarded());
    const auto refused = disconnect(ReasonCode::kNotAuthorized);
    for (const char* user : {"brewer", "taster"}) {  // the wrong password; the right one of somebody else
        ScramClient scram("brewer", "hops");
        Client& client = connects(world, scram);
        ScramClient again(user, "malt");
        sends_auth(client, ReasonCode::kReAuthenticate, again.first());
        sends_auth(client, ReasonCode::kContinueAuthentication, again.final(challenge(client)));
        client.gets(refused).is_closed();
    }
    ScramClient scram("brewer", "hops");
    Client& client = connects(world, scram);
    sends_auth(client, ReasonCode::kContinueAuthentication, "x");
    client.gets(disconnect(ReasonCode::kProtocolError)).is_closed();
}

}  // namespace
}  // namespace dray::test
