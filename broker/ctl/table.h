// Rows and columns for a terminal: each column as wide as its widest cell, numbers to the right.
//
//     NAME     MESSAGES  OLDEST   FILTERS
//     orders        120  3 m 2 s  order/new/#
//
// Widths are counted in characters, not in bytes.
#pragma once

#include <string>
#include <vector>

namespace dray::ctl {

class Table {
  public:
    enum class Align : std::uint8_t { kLeft, kRight };
    struct Column {
        std::string title;
        Align align = Align::kLeft;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<std::string> cells);  // one for each column
    // With the titles, each line ended; nothing trails.
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// What a program prints for a terminal must not command it: control characters become \x1b.
std::string printable(const std::string& text);

}  // namespace dray::ctl
