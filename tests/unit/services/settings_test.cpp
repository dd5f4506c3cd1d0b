#include "services/common/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "services/common/event.h"

namespace dray::service {
namespace {

class SettingsTest : public ::testing::Test {
  protected:
    ~SettingsTest() override {
        unsetenv("DRAY__STORE__WORKERS");
        std::filesystem::remove(file_);
    }

    std::string write(const std::string& text) {
        std::ofstream(file_) << text;
        return file_.string();
    }

    static Settings load(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "dray-store");
        return Settings::load("dray-store", "test",
                              {{.name = "broker", .default_value = "mqtt://default:1", .help = ""},
                               {.name = "store.workers",
                                .default_value = "4",
                                .help = "",
                                .kind = Key::Kind::kInteger,
                                .min = 1,
                                .max = 64}},
                              static_cast<int>(arguments.size()), arguments.data());
    }

    static std::string error_of(const std::vector<const char*>& arguments) {
        try {
            load(arguments);
        } catch (const SettingsError& error) {
            return error.what();
        }
        return "no error";
    }

    std::filesystem::path file_ = std::filesystem::temp_directory_path() / ("dray-" + new_uuid() + ".toml");
};

TEST_F(SettingsTest, DefaultThenFileThenEnvironmentThenCommandLine) {
    EXPECT_EQ(load({}).integer("store.workers"), 4);
    const auto file = write("[store]\nworkers = 5\n[billing]\nanything = \"goes\"\n");
    EXPECT_EQ(load({"--config", file.c_str()}).integer("store.workers"), 5);
    setenv("DRAY__STORE__WORKERS", "6", 1);
    EXPECT_EQ(load({"--config", file.c_str()}).integer("store.workers"), 6);
    EXPECT_EQ(load({"--config", file.c_str(), "--workers", "7"}).integer("store.workers"), 7);
    EXPECT_EQ(load({"--config", file.c_str()}).text("broker"), "mqtt://default:1");
}

TEST_F(SettingsTest, AnUnknownKeyIsNamedWithFileAndLine) {
    const auto file = write("broker = \"mqtt://x:1\"\n[store]\nworkres = 5\n");
    EXPECT_EQ(error_of({"--config", file.c_str()}), file + ":3: unknown key store.workres");
}

TEST_F(SettingsTest, AWrongValueIsNamedWithWhereItCameFrom) {
    const auto file = write("[store]\n\nworkers = \"many\"\n");
    EXPECT_EQ(error_of({"--config", file.c_str()}),
              file + ":3: store.workers must be a whole number, not \"many\"");
    EXPECT_EQ(error_of({"--workers", "65"}), "--workers: store.workers must be from 1 to 64, not 65");
    setenv("DRAY__STORE__WORKERS", "0", 1);
    EXPECT_EQ(error_of({}), "environment DRAY__STORE__WORKERS: store.workers must be from 1 to 64, not 0");
}

TEST_F(SettingsTest, AFileThatIsNoTomlIsNamedWithTheLine) {
    const auto file = write("broker = \"mqtt://x:1\"\nthis is not toml\n");
    EXPECT_EQ(error_of({"--config", file.c_str()}).rfind(file + ":2: ", 0), 0U)
        << error_of({"--config", file.c_str()});
}

TEST_F(SettingsTest, AnUnknownOptionIsAnError) {
    EXPECT_NE(error_of({"--wrong", "1"}).find("--wrong"), std::string::npos);
}

}  // namespace
}  // namespace dray::service
