// PROXY protocol headers. Input: what a load balancer sends first.
// Laws: what was refused stays refused and what was complete stays the same, whatever follows; no more is
// taken than was there.
#include "base/assert.h"
#include "net/proxy_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray;
    using net::ProxyResult;
    const ByteView all(data, size);
    const ProxyResult whole = net::read_proxy_header(all);
    DRAY_ASSERT(whole.status != ProxyResult::Status::kDone || whole.bytes <= size);
    DRAY_ASSERT((whole.status == ProxyResult::Status::kBad) == (*whole.why != '\0'));
    for (std::size_t length = 0; length < size; ++length) {
        const ProxyResult part = net::read_proxy_header(all.first(length));
        switch (part.status) {
            case ProxyResult::Status::kNeedMore:
                // Whoever reads so many bytes has not read beyond the header.
                DRAY_ASSERT(part.bytes > length);
                DRAY_ASSERT(whole.status != ProxyResult::Status::kDone || part.bytes <= whole.bytes);
                break;
            case ProxyResult::Status::kBad:
                DRAY_ASSERT(whole.status == ProxyResult::Status::kBad);
                return 0;
            case ProxyResult::Status::kDone:
                DRAY_ASSERT(whole.status == ProxyResult::Status::kDone && part.bytes == whole.bytes);
                DRAY_ASSERT(part.header.source == whole.header.source);
                DRAY_ASSERT(part.header.common_name == whole.header.common_name);
                return 0;
        }
    }
    return 0;
}
