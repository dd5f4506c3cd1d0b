#include "mqtt/properties.h"

#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "mqtt/property_rules.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

TEST(Properties, AreReadInTheOrderOfTheWire) {
    PropertyList list;
    list.add_user("b", "2")
        .add(PropertyId::kTopicAlias, 7)
        .add_user("a", "1")
        .add(PropertyId::kContentType, "t");
    std::string seen;
    for (const Property& property : list.view()) {
        seen += std::to_string(static_cast<int>(property.id)) + std::string(property.text) +
                std::string(property.value) + ";";
    }
    EXPECT_EQ(seen, "38b2;35;38a1;3t;");
}

TEST(Properties, AnAbsentPropertyIsNothing) {
    const Properties none;
    EXPECT_TRUE(none.empty());
    EXPECT_FALSE(none.integer(PropertyId::kTopicAlias));
    EXPECT_FALSE(none.text(PropertyId::kContentType));
    EXPECT_EQ(none.begin(), none.end());
}

TEST(Properties, IntegersOfEveryWidthComeBack) {
    PropertyList list;
    list.add(PropertyId::kMaximumQoS, 1)
        .add(PropertyId::kTopicAlias, 0xfffe)
        .add(PropertyId::kMessageExpiryInterval, 0xfffffffe)
        .add(PropertyId::kSubscriptionIdentifier, 2'097'152);
    const Properties view = list.view();
    EXPECT_EQ(view.integer(PropertyId::kMaximumQoS), 1U);
    EXPECT_EQ(view.integer(PropertyId::kTopicAlias), 0xfffeU);
    EXPECT_EQ(view.integer(PropertyId::kMessageExpiryInterval), 0xfffffffeU);
    EXPECT_EQ(view.integer(PropertyId::kSubscriptionIdentifier), 2'097'152U);
    EXPECT_EQ(hex(view.wire()), "24 01 23 ff fe 02 ff ff ff fe 0b 80 80 80 01");
}

TEST(Properties, AreCopiedAsTheyStand) {
    PropertyList from;
    from.add(PropertyId::kCorrelationData, std::string_view("\x00\xff", 2)).add_user("k", "v");
    PropertyList to;
    for (const Property& property : from.view()) to.add(property);
    EXPECT_EQ(hex(to.view().wire()), hex(from.view().wire()));
}

// Table 2-4 once more, from the other side: for each identifier the packets that may carry it. W = will.
TEST(Properties, StandOnlyWhereTheTableAllowsThem) {
    struct {
        unsigned id;
        std::initializer_list<unsigned> packets;  // 0 = will
    } const table[] = {
        {1, {0, 3}},
        {2, {0, 3}},
        {3, {0, 3}},
        {8, {0, 3}},
        {9, {0, 3}},
        {11, {3, 8}},
        {17, {1, 2, 14}},
        {18, {2}},
        {19, {2}},
        {21, {1, 2, 15}},
        {22, {1, 2, 15}},
        {23, {1}},
        {24, {0}},
        {25, {1}},
        {26, {2}},
        {28, {2, 14}},
        {31, {2, 4, 5, 6, 7, 9, 11, 14, 15}},
        {33, {1, 2}},
        {34, {1, 2}},
        {35, {3}},
        {36, {2}},
        {37, {2}},
        {38, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15}},
        {39, {1, 2}},
        {40, {2}},
        {41, {2}},
        {42, {2}},
    };
    std::size_t known = 0;
    for (const auto& row : table) {
        ++known;
        for (const unsigned packet : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 14U, 15U}) {
            const bool allowed =
                std::find(row.packets.begin(), row.packets.end(), packet) != row.packets.end();
            const PropertyPlace place = packet == 0 ? kWillPlace : place_of(static_cast<PacketType>(packet));
            EXPECT_EQ(property_rule(row.id).allows(place), allowed) << row.id << " in " << packet;
        }
    }
    std::size_t with_rule = 0;
    for (unsigned id = 0; id < 300; ++id)
        with_rule += property_rule(id).type != PropertyType::kNone ? 1U : 0U;
    EXPECT_EQ(with_rule, known);
}

}  // namespace
}  // namespace dray::mqtt
