#include "bench/join_all.h"

#include "bench/failure.h"
#include "bench/patience.h"
#include "bench/process.h"
#include "bench/progress.h"

namespace dray::bench {
namespace {}  // namespace

void join_all(Crowd& crowd) {
    allow_connections(crowd.size());
    Progress progress;
    std::size_t joined = crowd.joined();
    for (std::int64_t since = now_ns(); !crowd.all_joined();) {
        crowd.turn(now_ns() + kTickNs);
        progress.show("clients joined", static_cast<double>(joined) / static_cast<double>(crowd.size()),
                      joined);
        if (crowd.joined() != joined) since = now_ns();
        joined = crowd.joined();
        if (now_ns() - since > kPatienceNs) {
            throw Failure("the broker does not answer: " + std::to_string(joined) + " of " +
                          std::to_string(crowd.size()) + " clients are connected and subscribed");
        }
    }
}

}  // namespace dray::bench
