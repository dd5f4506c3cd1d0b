#include "shard/authentication.h"

#include "shard/access.h"
#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/handlers.h"
#include "topics/level_hash.h"

namespace dray::shard {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;

AuthAnswer failure(ReasonCode reason, const char* why) {
    AuthAnswer answer;
    answer.reason = reason;
    answer.why = why;
    return answer;
}

AuthAnswer success(std::string_view user, bool is_anonymous) {
    AuthAnswer answer;
    answer.kind = AuthAnswer::Kind::kSuccess;
    answer.user = user;
    answer.is_anonymous = is_anonymous;
    return answer;
}

std::uint64_t failures_key(const Core& core, std::string_view user) {
    return topics::hash_level(user, core.options.seed);
}

// nullptr: its next try counts.
const char* why_held_off(const Core& core, const Link& link, std::string_view user) {
    if (link.origin != 0 && core.failed_by_address.is_held_off(link.origin, core.now))
        return "too many failed logins from this address: try again later";
    if (!user.empty() && core.failed_by_user.is_held_off(failures_key(core, user), core.now))
        return "too many failed logins of this user: try again later";
    return nullptr;
}

AuthAnswer hold_off(Core& core, const char* why) {
    ++core.statistics.logins_held_off;
    return failure(ReasonCode::kConnectionRateExceeded, why);
}

// What becomes of an answer when failures count (failed_logins.h). `claimed`: who it is said to be by
// CONNECT.
AuthAnswer weigh(Core& core, const Link& link, std::string_view claimed, AuthAnswer answer) {
    const std::string_view user = answer.user.empty() ? claimed : answer.user;
    if (answer.kind == AuthAnswer::Kind::kContinue) return answer;
    if (const char* why = why_held_off(core, link, user)) return hold_off(core, why);
    if (answer.kind == AuthAnswer::Kind::kSuccess) {
        core.failed_by_user.forget(failures_key(core, user));
    } else if (answer.reason == ReasonCode::kBadUserNameOrPassword) {
        ++core.statistics.logins_failed;
        if (!user.empty()) core.failed_by_user.add(failures_key(core, user), core.now);
        if (link.origin != 0) core.failed_by_address.add(link.origin, core.now);
    }
    return answer;
}

AuthAnswer check_password(Core& core, const Link& link, std::string_view user, ByteView password) {
    if (const char* why = why_held_off(core, link, user)) return hold_off(core, why);
    return weigh(core, link, user, core.options.auth->check_password(user, password, core.now));
}

AuthAnswer begin(Core& core, Link& link, std::string_view method, std::string_view data) {
    std::unique_ptr<AuthExchange> exchange = core.options.auth ? core.options.auth->begin(method) : nullptr;
    if (const char* why = why_held_off(core, link, {})) return hold_off(core, why);
    if (!exchange) return failure(ReasonCode::kBadAuthenticationMethod, "no such authentication method");
    link.authentication = std::make_unique<Authentication>();
    link.authentication->method = method;
    link.authentication->exchange = std::move(exchange);
    return weigh(core, link, {}, link.authentication->exchange->next(data));
}

// CONNACK says it before the client is connected, DISCONNECT after; they do not have the same codes.
void fail(Core& core, Link& link, ReasonCode reason, const char* why) {
    if (link.phase == Link::Phase::kAuthenticating) return refuse_connect(core, link, reason, why);
    const bool has_no_place = reason == ReasonCode::kBadUserNameOrPassword;
    protocol_error(core, link, has_no_place ? ReasonCode::kNotAuthorized : reason, why);
}

void proceed(Core& core, Link& link, const AuthAnswer& answer) {
    Authentication& authentication = *link.authentication;
    if (answer.kind == AuthAnswer::Kind::kFailure) return fail(core, link, answer.reason, answer.why);
    if (answer.kind == AuthAnswer::Kind::kContinue) {
        return send_challenge(core, link, ReasonCode::kContinueAuthentication, answer.data);
    }
    authentication.exchange.reset();
    if (link.phase == Link::Phase::kAuthenticating) {
        authentication.user = answer.user;
        const std::string bytes = std::move(authentication.connect);
        const std::string client_id = std::move(authentication.client_id);
        const mqtt::FrameResult whole = mqtt::next_frame(as_bytes(bytes), bytes.size());
        const auto packet = mqtt::decode(whole.frame, mqtt::ProtocolVersion::kV5);
        return accept_connect(core, link, std::get<mqtt::Connect>(*packet), client_id, answer);
    }
    if (answer.user != authentication.user) {
        return fail(core, link, ReasonCode::kNotAuthorized, "another user than before");
    }
    send_challenge(core, link, ReasonCode::kSuccess, answer.data);
}

}  // namespace

AuthAnswer authenticate(Core& core, Link& link, const mqtt::Connect& connect) {
    if (const auto method = connect.properties.text(PropertyId::kAuthenticationMethod)) {
        AuthAnswer answer =
            begin(core, link, *method, connect.properties.text(PropertyId::kAuthenticationData).value_or(""));
        if (answer.kind == AuthAnswer::Kind::kSuccess) link.authentication->user = answer.user;
        return answer;
    }
    if (is_operator(link)) return success("", true);
    if (link.identity) return success(*link.identity, false);
    if ((connect.user_name || connect.password) && core.options.auth != nullptr) {
        return check_password(core, link, connect.user_name.value_or(""),
                              connect.password.value_or(ByteView{}));
    }
    if (!link.allow_anonymous)
        return failure(ReasonCode::kNotAuthorized, "anonymous clients are not allowed on this listener");
    return success(connect.user_name.value_or(""), true);
}

void send_challenge(Core& core, Link& link, ReasonCode reason, const std::string& data) {
    mqtt::PropertyList list;
    list.add(PropertyId::kAuthenticationMethod, link.authentication->method);
    if (!data.empty()) list.add(PropertyId::kAuthenticationData, data);
    send(core, link, mqtt::Auth{reason, list.view()});
}

void handle_auth(Core& core, Link& link, const mqtt::Auth& auth) {
    if (!link.authentication) {  // [MQTT-5.0 4.12.0-7]
        return protocol_error(core, link, ReasonCode::kProtocolError,
                              "AUTH without an authentication method");
    }
    Authentication& authentication = *link.authentication;
    const std::string_view method = auth.properties.text(PropertyId::kAuthenticationMethod).value_or("");
    const std::string_view data = auth.properties.text(PropertyId::kAuthenticationData).value_or("");
    if (method != authentication.method) {  // [MQTT-5.0 4.12.0-5, 4.12.1-1]
        return fail(core, link, ReasonCode::kProtocolError, "another authentication method than in CONNECT");
    }
    if (auth.reason == ReasonCode::kReAuthenticate && link.phase == Link::Phase::kConnected) {
        authentication.exchange = core.options.auth->begin(method);
    } else if (auth.reason != ReasonCode::kContinueAuthentication || !authentication.exchange) {
        return fail(core, link, ReasonCode::kProtocolError, "AUTH out of place");
    }
    proceed(core, link, weigh(core, link, {}, authentication.exchange->next(data)));
}

}  // namespace dray::shard
