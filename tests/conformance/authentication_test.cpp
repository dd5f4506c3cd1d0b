// Who a client is: User Name and Password in both versions, and enhanced authentication by SCRAM-SHA-256,
// MQTT 5.0 section 4.12. The harness gives every broker one user: brewer, whose password is "hops".
#include "auth/crypto.h"
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Passwords);

// [MQTT-5.0 3.1.4-2]
TEST_P(Passwords, TheRightOneIsAccepted) {
    client("a").connects(connect("a").user("brewer", "hops")).gets_nothing();
    client("b").connects(connect("b").user("brewer", "hops")).gets_nothing();
}

// [MQTT-5.0 3.1.4-2, 3.1.4-6, 3.2.2-6, 3.2.2-7, 3.2.2-8] [MQTT-3.1.1 3.1.4-5, 3.2.2-4, 3.2.2-5]
TEST_P(Passwords, AWrongOneIsRefusedAndNothingElseIsProcessed) {
    client("watcher").connects("watcher").subscribes("#");
    client("a").connects(connect("a").persistent().user("brewer", "hops")).disconnects();
    for (const auto& [user, password] : {std::pair{"brewer", "malt"}, {"brewer", ""}, {"nobody", "hops"}}) {
        Client& a = client("a")
                        .sends(connect("a").persistent().user(user, password))
                        .sends(publish("t", "from a stranger"));
        const auto received = a.next();
        ASSERT_TRUE(received);
        const auto* connack = std::get_if<mqtt::Connack>(&received->packet);
        ASSERT_NE(connack, nullptr);
        EXPECT_TRUE(connack->reason == ReasonCode::kBadUserNameOrPassword ||
                    connack->reason == ReasonCode::kNotAuthorized);
        EXPECT_FALSE(connack->session_present);
        a.is_closed();
    }
    client("watcher").gets_nothing();
    client("a").connects(connect("a").persistent().user("brewer", "hops"), true);
}

// --- SCRAM ------------------------------------------------------------------------------------------------

constexpr const char* kMethod = "SCRAM-SHA-256";
constexpr const char* kBare = "n=brewer,r=rOprNGfwEbeRWgbNEkqO";

// The client's half, RFC 5802 section 3.
class ScramClient {
  public:
    explicit ScramClient(std::string password) : password_(std::move(password)) {}
    static std::string first() { return std::string("n,,") + kBare; }
    std::string final(const std::string& server_first) {
        const std::size_t salt_at = server_first.find(",s=");
        const std::size_t count_at = server_first.find(",i=");
        const std::string salt = *auth::from_base64(server_first.substr(salt_at + 3, count_at - salt_at - 3));
        const auto count = static_cast<std::uint32_t>(std::stoul(server_first.substr(count_at + 3)));
        const auth::Digest salted = auth::pbkdf2_sha256(password_, salt, count);
        const std::string without_proof = "c=biws," + server_first.substr(0, salt_at);
        const std::string text = std::string(kBare) + "," + server_first + "," + without_proof;
        const auth::Digest key = auth::hmac_sha256(auth::as_text(salted), "Client Key");
        const auth::Digest stored = auth::sha256(auth::as_text(key));
        const auth::Digest proof = auth::exclusive_or(key, auth::hmac_sha256(auth::as_text(stored), text));
        const auth::Digest server_key = auth::hmac_sha256(auth::as_text(salted), "Server Key");
        server_final_ =
            "v=" + auth::to_base64(auth::as_text(auth::hmac_sha256(auth::as_text(server_key), text)));
        return without_proof + ",p=" + auth::to_base64(auth::as_text(proof));
    }
    // What proves that the broker knows the user as well.
    const std::string& server_final() const { return server_final_; }

  private:
    std::string password_;
    std::string server_final_;
};

class Scram : public TranscriptOf<v5> {
  protected:
    Client& begins() {
        return client("a").sends(connect("a")
                                     .property(PropertyId::kAuthenticationMethod, kMethod)
                                     .property(PropertyId::kAuthenticationData, ScramClient::first()));
    }
    // [MQTT-5.0 4.12.0-2, 4.12.0-5, 3.2.0-1, 3.15.2-1]
    static std::string challenge(Client& client) {
        const auto received = client.next();
        const auto* packet = received ? std::get_if<mqtt::Auth>(&received->packet) : nullptr;
        if (packet == nullptr) {
            ADD_FAILURE() << "no AUTH came";
            return {};
        }
        EXPECT_EQ(packet->reason, ReasonCode::kContinueAuthentication);
        EXPECT_EQ(packet->properties.text(PropertyId::kAuthenticationMethod), kMethod);
        return std::string(packet->properties.text(PropertyId::kAuthenticationData).value_or(""));
    }
    Client& connects() {
        Client& a = begins();
        ScramClient scram("hops");
        a.sends(auth(ReasonCode::kContinueAuthentication, kMethod, scram.final(challenge(a))));
        const auto received = a.next();
        const auto* connack = received ? std::get_if<mqtt::Connack>(&received->packet) : nullptr;
        if (connack == nullptr) {
            ADD_FAILURE() << "no CONNACK came";
            return a;
        }
        EXPECT_EQ(connack->reason, ReasonCode::kSuccess);
        EXPECT_EQ(connack->properties.text(PropertyId::kAuthenticationMethod), kMethod);
        EXPECT_EQ(connack->properties.text(PropertyId::kAuthenticationData), scram.server_final());
        return a;
    }
};

#define NO_SCRAM_IN_MOSQUITTO() MOSQUITTO_DIFFERS("5.0 4.12 (optional)", "offers no enhanced authentication")

TEST_F(Scram, BothSidesProveThatTheyKnowThePassword) {
    MOSQUITTO_DIFFERS("5.0 4.12 (optional)", "offers no enhanced authentication");
    connects().subscribes("t").gets_nothing();
}

// [MQTT-5.0 4.12.0-4, 4.13.2-1]
TEST_F(Scram, AWrongPasswordIsRefused) {
    NO_SCRAM_IN_MOSQUITTO();
    Client& a = begins();
    ScramClient scram("malt");
    a.sends(auth(ReasonCode::kContinueAuthentication, kMethod, scram.final(challenge(a))))
        .is_refused(ReasonCode::kBadUserNameOrPassword);
}

// [MQTT-5.0 4.12.0-3, 3.1.2-30]
TEST_F(Scram, OnlyAuthMayComeBeforeTheConnack) {
    NO_SCRAM_IN_MOSQUITTO();
    client("watcher").connects("watcher").subscribes("#");
    Client& a = begins();
    challenge(a);
    a.sends(publish("t", "too early")).is_refused(ReasonCode::kProtocolError);
    client("watcher").gets_nothing();
}

// [MQTT-5.0 4.12.0-5]
TEST_F(Scram, TheMethodMayNotChange) {
    NO_SCRAM_IN_MOSQUITTO();
    Client& a = begins();
    challenge(a);
    a.sends(auth(ReasonCode::kContinueAuthentication, "OTHER", "x")).is_refused(ReasonCode::kProtocolError);
}

TEST_F(Scram, NonsenseIsRefused) {
    NO_SCRAM_IN_MOSQUITTO();
    Client& a = begins();
    challenge(a);
    a.sends(auth(ReasonCode::kContinueAuthentication, kMethod, "nonsense"))
        .is_refused(ReasonCode::kProtocolError);
}

// [MQTT-5.0 4.12.1-1]
TEST_F(Scram, AClientMayAuthenticateAgain) {
    NO_SCRAM_IN_MOSQUITTO();
    Client& a = connects().subscribes("t");
    ScramClient scram("hops");
    a.sends(auth(ReasonCode::kReAuthenticate, kMethod, ScramClient::first()));
    const std::string asked = challenge(a);
    client("b").connects("b").publishes(publish("t", "meanwhile"));
    a.gets(publish("t", "meanwhile"));
    a.sends(auth(ReasonCode::kContinueAuthentication, kMethod, scram.final(asked)));
    const auto received = a.next();
    ASSERT_TRUE(received);
    const auto* done = std::get_if<mqtt::Auth>(&received->packet);
    ASSERT_NE(done, nullptr);
    EXPECT_EQ(done->reason, ReasonCode::kSuccess);
    EXPECT_EQ(done->properties.text(PropertyId::kAuthenticationData), scram.server_final());
    a.gets_nothing();
}

// [MQTT-5.0 4.12.1-2]
TEST_F(Scram, FailingTheSecondTimeEndsTheConnection) {
    NO_SCRAM_IN_MOSQUITTO();
    Client& a = connects();
    ScramClient scram("malt");
    a.sends(auth(ReasonCode::kReAuthenticate, kMethod, ScramClient::first()));
    a.sends(auth(ReasonCode::kContinueAuthentication, kMethod, scram.final(challenge(a))))
        .is_refused(ReasonCode::kNotAuthorized);
}

// [MQTT-5.0 4.12.0-6, 4.12.0-7]
TEST_F(Scram, WithoutAMethodThereIsNone) {
    Client& a = client("a").sends(connect("a").user("brewer", "hops"));
    a.gets(connack().without(PropertyId::kAuthenticationMethod)).gets_nothing();
    a.sends(auth(ReasonCode::kReAuthenticate, kMethod, "x")).is_refused(ReasonCode::kProtocolError);
}

}  // namespace dray::conformance
