#include "ctl/command.h"

#include <iostream>

#include "admin/token_file.h"
#include "ctl/failure.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

std::string refusal(const AdminAnswer& answer) {
    const Json problem = Json::parse(answer.body, nullptr, false);
    if (!problem.is_object() || !problem.contains("detail")) {
        return "the broker answered with HTTP status " + std::to_string(answer.status);
    }
    std::string text = problem["detail"].get<std::string>();
    if (problem.contains("field")) text = problem["field"].get<std::string>() + ": " + text;
    if (answer.status == 401) text += ". Name it with --token-file or DRAYCTL_TOKEN_FILE";
    return printable(text);
}

}  // namespace

AdminAddress Globals::address() const {
    AdminAddress where = admin;
    try {
        where.token = admin::read_token_file(token_file);
    } catch (const std::runtime_error& error) {
        throw Failure(ExitCode::kUsage, error.what());
    }
    return where;
}

std::unique_ptr<AdminEvents> Globals::listen(std::string_view target) const {
    auto events = std::make_unique<AdminEvents>(address(), target);
    if (const auto& answer = events->refusal()) throw Failure(ExitCode::kRefused, refusal(*answer));
    return events;
}

Json Globals::ask(std::string_view method, std::string_view target, const Json& body) const {
    const AdminAnswer answer =
        ask_admin(address(), method, target, body.is_null() ? std::string() : body.dump());
    if (answer.status >= 300) throw Failure(ExitCode::kRefused, refusal(answer));
    const Json parsed = Json::parse(answer.body, nullptr, false);
    return parsed.is_discarded() ? Json() : parsed;
}

void Globals::print(const Json& answer, const std::string& text) const {
    if (json) {
        std::cout << answer.dump(2) << '\n';
    } else {
        std::cout << text;
    }
}

std::uint64_t number_of(const Json& value) {
    return value.get<std::uint64_t>();
}

std::string count_of(const Json& value) {
    return show_count(number_of(value));
}

}  // namespace dray::ctl
