#include "services/common/card_token.h"

#include "services/common/event.h"

namespace dray::service {
namespace {

constexpr char kAlwaysDeclined[] = "4000000000000002";
constexpr char kDeclinedPrefix[] = "tok_declined_";

std::string digits_of(const std::string& text) {
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9') digits += c;
    }
    return digits;
}

}  // namespace

bool is_card_number(const std::string& text) {
    if (text.find_first_not_of("0123456789 -") != std::string::npos) return false;
    const auto digits = digits_of(text);
    if (digits.size() < 12 || digits.size() > 19) return false;
    int sum = 0;
    bool twice = false;
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, twice = !twice) {
        const int value = (*digit - '0') * (twice ? 2 : 1);
        sum += value > 9 ? value - 9 : value;
    }
    return sum % 10 == 0;
}

std::string tokenize_card(const std::string& number) {
    const auto digits = digits_of(number);
    if (digits == kAlwaysDeclined) return kDeclinedPrefix + new_uuid();
    return "tok_" + digits.substr(digits.size() - 4) + "_" + new_uuid();
}

bool is_declined_token(const std::string& token) {
    return token.starts_with(kDeclinedPrefix);
}

}  // namespace dray::service
