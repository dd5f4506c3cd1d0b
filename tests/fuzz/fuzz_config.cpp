// Configuration files. Input: TOML.
// Laws: it is taken or there is at least one error that says where; what was taken is printed as a file that
// is taken again and prints the same.
#include <string>

#include "app/config_loader.h"
#include "base/assert.h"
#include "base/byte_view.h"
#include "mqtt/utf8.h"

namespace {

// Without the comments: where a value came from differs, of course.
std::string values_of(const dray::app::ConfigLoader& loader) {
    std::string values;
    const std::string printed = print_config(loader);
    for (std::size_t at = 0; at < printed.size();) {
        const std::size_t end = std::min(printed.find('\n', at), printed.size());
        if (printed[at] != '#') values.append(printed, at, end - at).push_back('\n');
        at = end + 1;
    }
    return values;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray;
    const std::string_view text = as_text({data, size});
    app::ConfigLoader loader;
    loader.read_text(text, "fuzz.toml");
    loader.check_whole();
    for (const std::string& error : loader.errors()) DRAY_ASSERT(error.find(": ") != std::string::npos);
    if (!loader.errors().empty()) return 0;

    app::ConfigLoader again;
    again.read_text(print_config(loader), "printed.toml");
    DRAY_ASSERT(again.errors().empty());
    DRAY_ASSERT(values_of(again) == values_of(loader));
    return 0;
}
