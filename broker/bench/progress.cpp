#include "bench/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "bench/clock.h"

namespace dray::bench {
namespace {

constexpr int kBarCells = 30;

}  // namespace

Progress::Progress() : shown_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::string_view what, double done, std::uint64_t count) {
    if (!shown_ || now_ns() < next_ns_) return;
    next_ns_ = now_ns() + kSecond / 10;
    const auto full = static_cast<std::size_t>(std::clamp(done, 0.0, 1.0) * kBarCells);
    const std::string bar = std::string(full, '#') + std::string(kBarCells - full, '.');
    std::fprintf(stderr, "\r\x1b[K[%s] %.*s: %llu", bar.c_str(), static_cast<int>(what.size()), what.data(),
                 static_cast<unsigned long long>(count));
}

}  // namespace dray::bench
