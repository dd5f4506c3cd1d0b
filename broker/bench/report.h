// How figures are written.
#pragma once

#include <cmath>
#include <string>

#include "bench/histogram.h"
#include "bench/run_options.h"

namespace dray::bench {

inline double rounded(double value, int digits) {
    const double scale = std::pow(10, digits);
    return std::round(value * scale) / scale;
}

// "p50_us" ... "max_us", under another name than "latency" with that before it.
inline void add_latencies(Figures& figures, const Histogram& nanoseconds, const std::string& prefix = "") {
    const auto us = [](std::uint64_t ns) { return rounded(static_cast<double>(ns) / 1000, 1); };
    figures[prefix + "p50_us"] = us(nanoseconds.percentile(50));
    figures[prefix + "p90_us"] = us(nanoseconds.percentile(90));
    figures[prefix + "p99_us"] = us(nanoseconds.percentile(99));
    figures[prefix + "p999_us"] = us(nanoseconds.percentile(99.9));
    figures[prefix + "max_us"] = us(nanoseconds.max());
}

}  // namespace dray::bench
