// The card processor's tokeniser (simulated): the shop hands a card number over once and keeps only the
// token.
//
//   4242424242424242 -> tok_4242_<random>           4000000000000002 -> tok_declined_<random>
//
// A token reveals no more of the number than its last four digits. As in payment sandboxes, the number
// decides what will happen, so the token carries that outcome.
#pragma once

#include <string>

namespace dray::service {

// 12 to 19 digits (blanks and dashes may group them) with a right check digit (Luhn, ISO/IEC 7812-1).
bool is_card_number(const std::string& text);

std::string tokenize_card(const std::string& number);

bool is_declined_token(const std::string& token);

}  // namespace dray::service
