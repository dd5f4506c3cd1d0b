// What a reload would change.
#include "app/config_changes.h"

#include <gtest/gtest.h>

#include "loaded.h"

#include "app/config_loader.h"
#include "app/reload_plan.h"

namespace dray::app {
namespace {

// "KIND BIND: keys", with " (restart)" behind it if it needs one.
std::vector<std::string> changes(std::string_view before, std::string_view after) {
    std::vector<std::string> found;
    for (const ListenerChange& change : listener_changes(loaded(before).config(), loaded(after).config())) {
        std::string text = change.kind == ListenerChange::Kind::kBegins ? "begins "
                           : change.kind == ListenerChange::Kind::kEnds ? "ends "
                                                                        : "changes ";
        text += change.bind;
        for (const std::string& key : change.keys) text += ' ' + key;
        found.push_back(text + (change.needs_restart ? " (restart)" : ""));
    }
    return found;
}

constexpr std::string_view kOne = "[[listener]]\nbind = \"127.0.0.1:5\"\n";

TEST(ListenerChanges, AreNoneWhereNothingChanges) {
    EXPECT_EQ(changes(kOne, kOne), Texts());
    EXPECT_EQ(changes(kOne, std::string(kOne) + "[limits]\npacket_bytes_max = 4096"), Texts());
}

TEST(ListenerChanges, TellListenersApartByTheirAddress) {
    const std::string other = "[[listener]]\nbind = \"127.0.0.1:6\"\n";
    EXPECT_EQ(changes(kOne, other + std::string(kOne)), Texts({"begins 127.0.0.1:6 (restart)"}));
    EXPECT_EQ(changes(other + std::string(kOne), kOne), Texts({"ends 127.0.0.1:6 (restart)"}));
    EXPECT_EQ(changes("", "[listeners]\nws = \"\""), Texts({"ends 127.0.0.1:8083 (restart)"}));
}

TEST(ListenerChanges, NameTheKeysThatChange) {
    EXPECT_EQ(changes(kOne, std::string(kOne) + "connections_max = 5\nallow_anonymous = false"),
              Texts({"changes 127.0.0.1:5 allow_anonymous connections_max (restart)"}));
}

TEST(ListenerChanges, OfCertificatesNeedNoRestart) {
    const auto with = [](const std::string& file) {
        return "[listeners]\nwss = \"127.0.0.1:7\"\nprivate_key_file = \"key\"\ncertificate_file = \"" +
               file + '"';
    };
    EXPECT_EQ(changes(with("a"), with("b")), Texts({"changes 127.0.0.1:7 certificate_file"}));
}

TEST(ReloadPlan, SaysWhichKeysNeedARestart) {
    const auto plan = [](std::string_view before, std::string_view after) {
        Texts found;
        for (const auto& change : plan_reload(loaded(before).config(), nullptr, loaded(after)).keys)
            found.push_back(change.what + (change.needs_restart ? " (restart)" : ""));
        return found;
    };
    const std::string role = "[[access]]\nname = \"a\"\nusers = [\"*\"]\npublish = [\"#\"]\n";
    EXPECT_EQ(plan(role, role + "subscribe = [\"#\"]"), Texts({"access.0.subscribe"}));
    EXPECT_EQ(plan("threads = 1", "threads = 2"), Texts({"threads (restart)"}));
    EXPECT_EQ(plan("", role), Texts({"access (restart)"}));  // rules begin
}

TEST(ReloadPlan, HasNothingButTheErrorsIfThereAreSome) {
    const auto wrong = plan_reload({}, nullptr, loaded("thread = 1"));
    ASSERT_EQ(wrong.errors.size(), 1u);
    EXPECT_TRUE(wrong.keys.empty());
    const auto missing = plan_reload({}, nullptr, loaded("[auth]\npassword_file = \"/no/such\""));
    ASSERT_EQ(missing.errors.size(), 1u);
    EXPECT_EQ(missing.errors[0], "auth.password_file /no/such: No such file or directory");
}

}  // namespace
}  // namespace dray::app
