#include "streets/strong_component.h"

#include <algorithm>

namespace dray::streets {
namespace {

constexpr std::uint32_t kNone = 0xffffffff;

// Neighbours of each node, side by side.
struct Adjacency {
    std::vector<std::uint32_t> begin;
    std::vector<std::uint32_t> nodes;

    template <class From, class To>
    Adjacency(std::uint32_t node_count, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges,
              From from, To to)
        : begin(node_count + 1, 0), nodes(edges.size()) {
        for (const auto& edge : edges) ++begin[from(edge) + 1];
        for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
        auto next = begin;
        for (const auto& edge : edges) nodes[next[from(edge)]++] = to(edge);
    }
};

// The nodes in the order in which a depth-first walk leaves them.
std::vector<std::uint32_t> order_of_leaving(const Adjacency& out) {
    const auto count = static_cast<std::uint32_t>(out.begin.size() - 1);
    std::vector<std::uint32_t> order, path, next(out.begin.begin(), out.begin.end() - 1);
    std::vector<bool> seen(count);
    for (std::uint32_t root = 0; root < count; ++root) {
        if (seen[root]) continue;
        seen[root] = true;
        path.push_back(root);
        while (!path.empty()) {
            const std::uint32_t node = path.back();
            if (next[node] == out.begin[node + 1]) {
                order.push_back(node);
                path.pop_back();
                continue;
            }
            const std::uint32_t neighbour = out.nodes[next[node]++];
            if (seen[neighbour]) continue;
            seen[neighbour] = true;
            path.push_back(neighbour);
        }
    }
    return order;
}

}  // namespace

// Kosaraju: walking backwards from the node that was left last, then from the next that is left over, and so
// on, each walk sees one component.
std::vector<bool> largest_strong_component(
    std::uint32_t node_count, const std::vector<std::pair<std::uint32_t, std::uint32_t>>& edges) {
    const auto first = [](const auto& edge) { return edge.first; };
    const auto second = [](const auto& edge) { return edge.second; };
    const auto order = order_of_leaving(Adjacency(node_count, edges, first, second));
    const Adjacency in(node_count, edges, second, first);
    std::vector<std::uint32_t> component(node_count, kNone), sizes, waiting;
    for (auto root = order.rbegin(); root != order.rend(); ++root) {
        if (component[*root] != kNone) continue;
        const auto number = static_cast<std::uint32_t>(sizes.size());
        sizes.push_back(0);
        component[*root] = number;
        waiting.push_back(*root);
        while (!waiting.empty()) {
            const std::uint32_t node = waiting.back();
            waiting.pop_back();
            ++sizes[number];
            for (std::uint32_t i = in.begin[node]; i < in.begin[node + 1]; ++i) {
                const std::uint32_t neighbour = in.nodes[i];
                if (component[neighbour] != kNone) continue;
                component[neighbour] = number;
                waiting.push_back(neighbour);
            }
        }
    }
    const auto largest =
        static_cast<std::uint32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
    std::vector<bool> result(node_count);
    for (std::uint32_t i = 0; i < node_count; ++i) result[i] = component[i] == largest;
    return result;
}

}  // namespace dray::streets
