// Records of the store. Input: a byte that picks the kind, then what stands on disk.
// Laws: what is understood and written again is the same record; what is not understood gives nothing.
#include <optional>

#include "base/assert.h"
#include "base/byte_view.h"
#include "shard/records.h"

namespace {

using namespace dray::shard;

template <typename Record, typename Decode>
void check(const std::optional<Record>& record, Decode decode) {
    if (!record) return;
    const std::string bytes = encode(*record);
    const auto again = decode(bytes);
    DRAY_ASSERT(again && encode(*again) == bytes);
}

void check_message(std::string_view bytes) {
    const auto message = decode_message(bytes);
    if (!message) return;
    const std::string written = encode(*message);
    const auto again = decode_message(written);
    DRAY_ASSERT(again && encode(*again) == written);
}

void check_page(std::string_view bytes) {
    const auto entries = decode_page(bytes);
    if (!entries) return;
    std::string written;
    for (const auto& held : *entries) held ? append_entry(written, *held) : append_nothing(written);
    const auto again = decode_page(written);
    DRAY_ASSERT(again && again->size() == entries->size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes = dray::as_text({data + 1, size - 1});
    switch (data[0] % 5) {
        case 0:
            check(decode_session(bytes), decode_session);
            break;
        case 1:
            check(decode_subscription(bytes), decode_subscription);
            break;
        case 2:
            check_page(bytes);
            break;
        case 3:
            check(decode_progress(bytes), decode_progress);
            break;
        default:
            check_message(bytes);
    }
    if (const auto key = parse_session_key(bytes)) DRAY_ASSERT(key->rest.size() < bytes.size());
    return 0;
}
