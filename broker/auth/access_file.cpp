#include "auth/access_file.h"

#include "auth/text_lines.h"

namespace dray::auth {

namespace {

// Takes the first word off.
std::string_view take_word(std::string_view& rest) {
    const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t", end), rest.size()));
    return word;
}

struct Reader {
    AccessRole anonymous;
    AccessRole everybody;
    std::vector<AccessRole> users;

    Reader() {
        anonymous.name = "anonymous";
        anonymous.anonymous = true;
        everybody.name = "everybody";
        everybody.anonymous = true;
        everybody.users = {"*"};
    }

    // Empty if the line was taken.
    std::string take_line(std::string_view line) {
        const std::string_view kind = take_word(line);
        if (kind == "user") {
            if (line.empty()) return "user: a name is missing";
            AccessRole& user = users.emplace_back();
            user.name = line;
            user.users = {std::string(line)};
            return {};
        }
        if (kind == "topic") return take_rule(line, users.empty() ? anonymous : users.back());
        if (kind == "pattern") return take_rule(line, everybody);
        return "must begin with user, topic or pattern";
    }

    static std::string take_rule(std::string_view line, AccessRole& role) {
        std::string_view rest = line;
        const std::string_view access = take_word(rest);
        const bool is_word =
            access == "read" || access == "write" || access == "readwrite" || access == "deny";
        const std::string filter(is_word ? rest : line);
        if (filter.empty()) return "a filter of topics is missing";
        if (std::string wrong = mistake_in_filter(filter); !wrong.empty()) return wrong;
        if (access == "deny") {
            role.deny_publish.push_back(filter);
            role.deny_subscribe.push_back(filter);
        } else {
            if (access != "read") role.publish.push_back(filter);
            if (access != "write") role.subscribe.push_back(filter);
        }
        return {};
    }
};

}  // namespace

Result<std::vector<AccessRole>, AccessFileError> parse_access_file(std::string_view text,
                                                                   const std::string& name) {
    Reader reader;
    std::string wrong =
        for_each_line(text, name, [&](std::string_view line) { return reader.take_line(line); });
    if (!wrong.empty()) return AccessFileError{std::move(wrong)};
    std::vector<AccessRole> roles = std::move(reader.users);
    roles.push_back(std::move(reader.anonymous));
    roles.push_back(std::move(reader.everybody));
    return roles;
}

}  // namespace dray::auth
