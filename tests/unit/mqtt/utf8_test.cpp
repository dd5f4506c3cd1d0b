#include "mqtt/utf8.h"

#include <gtest/gtest.h>

#include "wire_text.h"

namespace dray::mqtt {
namespace {

bool is_valid(const std::string& bytes) {
    const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
    return is_valid_utf8(exact);
}

TEST(Utf8, WellFormedTextIsAccepted) {
    for (const char* text : {"", "'a'", "'a long piece of plain text'", "c3b6", "e282ac", "f09f8dba",
                             "efbbbf'x'", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080",
                             "f48fbfbf", "'seven b'c3b6'seven b'", "7f", "01"}) {
        EXPECT_TRUE(is_valid(wire(text))) << text;
    }
}

TEST(Utf8, IllFormedTextIsRefused) {
    for (const char* text :
         {"80",       "bf",     "c0",       "c0af",     "c1bf",   "c3",     "c328",   "e0",
          "e080af",   "e09fbf", "e282",     "e28228",   "eda080", "edbfbf", "f0",     "f08080af",
          "f08fbfbf", "f09f8d", "f4908080", "f5808080", "fe",     "ff",     "c3b6c3", "'eight by'ff"}) {
        EXPECT_FALSE(is_valid(wire(text))) << text;
    }
}

TEST(Utf8, TheNullCharacterIsRefusedAtEveryPlace) {  // [MQTT-3.1.1 1.5.3-2]
    for (std::size_t size = 1; size < 30; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'a');
            text[at] = '\0';
            EXPECT_FALSE(is_valid(text)) << at << " of " << size;
        }
    }
}

// Every code point in its one right form, between ASCII so that both paths of the check meet.
TEST(Utf8, EveryCodePointButSurrogatesIsAccepted) {
    for (std::uint32_t code = 1; code < 0x110000; ++code) {
        std::string text = "12345678";
        if (code < 0x80) {
            text += static_cast<char>(code);
        } else if (code < 0x800) {
            text += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
        } else if (code < 0x10000) {
            text += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 0x3f)),
                     static_cast<char>(0x80 | (code & 0x3f))};
        } else {
            text += {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 0x3f)),
                     static_cast<char>(0x80 | (code >> 6 & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
        }
        const bool is_surrogate = code >= 0xd800 && code < 0xe000;
        ASSERT_EQ(is_valid_utf8(as_bytes(text)), !is_surrogate) << std::hex << code;
    }
}

}  // namespace
}  // namespace dray::mqtt
