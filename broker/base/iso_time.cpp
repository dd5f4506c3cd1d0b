#include "base/iso_time.h"

#include <chrono>

namespace dray {

namespace {

using namespace std::chrono;

void append_digits(std::string& out, unsigned value, int digits) {
    for (unsigned place = digits == 4 ? 1000 : digits == 3 ? 100 : 10; place > 0; place /= 10)
        out += static_cast<char>('0' + value / place % 10);
}

// Reads from the front; after the first thing that is not there, ok is false.
struct Scanner {
    std::string_view left;
    bool ok = true;

    bool accept(char wanted) {
        if (left.empty() || left.front() != wanted) return false;
        left.remove_prefix(1);
        return true;
    }
    void expect(char wanted) { ok = accept(wanted) && ok; }
    bool at_digit() const { return !left.empty() && left.front() >= '0' && left.front() <= '9'; }
    int number(int digits) {
        int value = 0;
        for (int i = 0; i < digits; ++i) {
            if (!at_digit()) {
                ok = false;
                return 0;
            }
            value = value * 10 + (left.front() - '0');
            left.remove_prefix(1);
        }
        return value;
    }
};

milliseconds read_fraction(Scanner& in) {
    int value = 0;
    int place = 100;
    if (!in.at_digit()) in.ok = false;
    for (; in.at_digit(); place /= 10) value += in.number(1) * place;
    return milliseconds(value);
}

// How far local time is ahead of UTC.
minutes read_zone(Scanner& in) {
    if (in.accept('Z')) return minutes(0);
    const bool is_behind = in.accept('-');
    if (!is_behind) in.expect('+');
    const int hour = in.number(2);
    in.expect(':');
    const int minute = in.number(2);
    if (hour > 23 || minute > 59) in.ok = false;
    const minutes ahead = hours(hour) + minutes(minute);
    return is_behind ? -ahead : ahead;
}

}  // namespace

std::string to_iso_time(Instant at) {
    const sys_time<milliseconds> time{milliseconds(at.ms)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::string text;
    text.reserve(24);
    append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.day()), 2);
    text += 'T';
    append_digits(text, static_cast<unsigned>(clock.hours().count()), 2);
    text += ':';
    append_digits(text, static_cast<unsigned>(clock.minutes().count()), 2);
    text += ':';
    append_digits(text, static_cast<unsigned>(clock.seconds().count()), 2);
    text += '.';
    append_digits(text, static_cast<unsigned>(clock.subseconds().count()), 3);
    text += 'Z';
    return text;
}

std::optional<Instant> parse_iso_time(std::string_view text) {
    Scanner in{text};
    const year y(in.number(4));
    in.expect('-');
    const month m(static_cast<unsigned>(in.number(2)));
    in.expect('-');
    const day d(static_cast<unsigned>(in.number(2)));
    in.expect('T');
    const int hour = in.number(2);
    in.expect(':');
    const int minute = in.number(2);
    in.expect(':');
    const int second = in.number(2);
    const milliseconds fraction = in.accept('.') ? read_fraction(in) : milliseconds(0);
    const minutes ahead = read_zone(in);
    const year_month_day date(y, m, d);
    if (!in.ok || !in.left.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59)
        return std::nullopt;
    const sys_time<milliseconds> local =
        sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + fraction;
    return Instant{(local - ahead).time_since_epoch().count()};
}

}  // namespace dray
