// bench_load: puts a load on a broker and prints one line of JSON: deliveries a second, latency, and the
// broker's CPU seconds per million deliveries, read from /proc.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "load.h"

namespace {

using dray::bench::Measured;
using dray::bench::Observer;
using dray::bench::Options;
using dray::bench::Shape;

// User and system time of a process, in seconds.
class CpuClock : public Observer {
  public:
    explicit CpuClock(int pid) : pid_(pid) {}
    void begins() override { begin_ = read(); }
    void ends() override { used_ = read() - begin_; }
    double used_s() const { return used_; }

  private:
    double read() const {
        if (pid_ == 0) return 0;
        std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
        std::string text(std::istreambuf_iterator<char>(file), {});
        if (text.empty()) return 0;
        std::istringstream fields(text.substr(text.rfind(')') + 2));  // the name may hold spaces
        std::string field;
        for (int i = 3; i <= 13; ++i) fields >> field;
        double user = 0;
        double system = 0;
        fields >> user >> system;
        return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    }

    int pid_;
    double begin_ = 0;
    double used_ = 0;
};

unsigned percentile(const Measured& measured, double share) {
    if (measured.latencies_us.empty()) return 0;
    const auto last = static_cast<double>(measured.latencies_us.size() - 1);
    return measured.latencies_us[static_cast<std::size_t>(last * share)];
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    int pid = 0;
    CLI::App app(
        "Puts a load of MQTT 3.1.1 clients on a broker on this machine and prints what it measured.");
    const std::map<std::string, Shape> shapes = {
        {"pairs", Shape::kPairs}, {"fan-in", Shape::kFanIn}, {"fan-out", Shape::kFanOut}};
    app.add_option("--port", options.port)->required();
    app.add_option("--shape", options.shape)->transform(CLI::CheckedTransformer(shapes));
    app.add_option("--clients", options.clients)->check(CLI::Range(1, 19'000));
    app.add_option("--qos", options.qos)->check(CLI::Range(0, 1));
    app.add_option("--payload", options.payload_bytes, "bytes")->check(CLI::Range(12, 100'000'000));
    app.add_option("--window", options.window, "undelivered messages per publisher")
        ->check(CLI::Range(1, 60'000));
    app.add_option("--rate", options.rate_hz,
                   "messages a second, all publishers together; 0: as fast as it goes");
    app.add_option("--warm-up", options.warm_up_s, "seconds");
    app.add_option("--seconds", options.measure_s, "seconds measured");
    app.add_option("--topics", options.topics, "what their names begin with");
    app.add_option("--pid", pid, "the broker's process, whose CPU time is read");
    CLI11_PARSE(app, argc, argv);

    CpuClock cpu(pid);
    try {
        const auto outcome = dray::bench::run_load(options, cpu);
        if (!outcome.problem.empty()) {
            std::fprintf(stderr, "bench_load: %s\n", outcome.problem.c_str());
            return 1;
        }
        const Measured& m = outcome.measured;
        const auto delivered = static_cast<double>(m.delivered);
        std::printf(
            "{\"published\":%llu,\"delivered\":%llu,\"seconds\":%.3f,\"deliveries_per_s\":%.0f,"
            "\"cpu_s\":%.2f,\"cpu_s_per_million\":%.3f,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n",
            static_cast<unsigned long long>(m.published), static_cast<unsigned long long>(m.delivered),
            m.seconds, delivered / m.seconds, cpu.used_s(),
            delivered > 0 ? cpu.used_s() / delivered * 1e6 : 0.0, percentile(m, 0.5), percentile(m, 0.99),
            percentile(m, 1));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_load: %s\n", error.what());
        return 1;
    }
}
