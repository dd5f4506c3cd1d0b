// Properties. Input: a byte that picks where they stand, then Property Length and properties.
// Laws: what is taken can be walked to its end, has no identifier that has no place there, and put together
// again property by property is the same bytes; what is refused cannot be looked into.
#include "base/assert.h"
#include "mqtt/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray::mqtt;
    if (size == 0) return 0;
    const auto place = static_cast<PropertyPlace>(1U << (data[0] & 0x0f));
    Reader reader(dray::ByteView(data + 1, size - 1));
    const Properties properties = reader.properties(place);
    DRAY_ASSERT(reader.ok() || properties.empty());

    PropertyList copy;
    for (const Property& property : properties) {
        DRAY_ASSERT(property_rule(static_cast<std::uint32_t>(property.id)).allows(place));
        copy.add(property);
    }
    DRAY_ASSERT(dray::as_text(copy.view().wire()) == dray::as_text(properties.wire()));
    return 0;
}
