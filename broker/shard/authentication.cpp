#include "shard/authentication.h"

#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/handlers.h"

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

AuthAnswer begin(Core& core, Link& link, std::string_view method, std::string_view data) {
    std::unique_ptr<AuthExchange> exchange = core.options.auth ? core.options.auth->begin(method) : nullptr;
    if (!exchange) return failure(ReasonCode::kBadAuthenticationMethod, "no such authentication method");
    link.authentication = std::make_unique<Authentication>();
    link.authentication->method = method;
    link.authentication->exchange = std::move(exchange);
    return link.authentication->exchange->next(data);
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
    if (link.identity) return success(*link.identity, false);
    if ((connect.user_name || connect.password) && core.options.auth != nullptr) {
        return core.options.auth->check_password(connect.user_name.value_or(""),
                                                 connect.password.value_or(ByteView{}), core.now);
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
    proceed(core, link, authentication.exchange->next(data));
}

}  // namespace dray::shard
