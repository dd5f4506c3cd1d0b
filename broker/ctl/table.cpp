#include "ctl/table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace dray::ctl {

namespace {

// Bytes 10xxxxxx continue a character of UTF-8.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
    DRAY_ASSERT(cells.size() == columns_.size());
    rows_.push_back(std::move(cells));
}

std::string Table::text() const {
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) {
        titles.push_back(column.title);
        widths.push_back(width(column.title));
    }
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    const auto print = [&](const std::vector<std::string>& row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - width(row[i]), ' ');
            if (i > 0) text += "  ";
            text += columns_[i].align == Align::kRight ? space + row[i] : row[i] + space;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    };
    print(titles);
    for (const auto& row : rows_) print(row);
    return text;
}

std::string printable(const std::string& text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string shown;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            shown += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
        } else {
            shown += c;
        }
    }
    return shown;
}

}  // namespace dray::ctl
