// A configuration in several files.
#include "app/config_include.h"

#include <gtest/gtest.h>

#include "loaded.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/config_loader.h"

namespace dray::app {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test.
class ConfigInclude : public testing::Test {
  protected:
    ConfigInclude() {
        std::string pattern = (fs::temp_directory_path() / "dray-include-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    ~ConfigInclude() override { fs::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) const {
        const fs::path path = folder_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    std::string in(const std::string& name) const { return (folder_ / name).string(); }
    ConfigLoader loaded() const {
        ConfigLoader loader;
        loader.read_file(in("drayd.toml"));
        loader.check_whole();
        return loader;
    }

  private:
    fs::path folder_;
};

std::vector<std::string> names_of_queues(const ConfigLoader& loader) {
    std::vector<std::string> names;
    for (const shard::QueueOptions& queue : loader.config().queues) names.push_back(queue.name);
    return names;
}

TEST_F(ConfigInclude, AddsFilesInTheOrderOfTheirNames) {
    write("drayd.toml",
          "include = [\"conf.d/*.toml\", \"last.toml\"]\nthreads = 3\n[[queue]]\nname = \"own\"");
    write("conf.d/20.toml", "[[queue]]\nname = \"twenty\"\n[limits]\npacket_bytes_max = 4096");
    write("conf.d/10.toml", "[[queue]]\nname = \"ten\"\n[limits]\nqueue_messages_max = 7");
    write("conf.d/10.txt", "not TOML");
    write("last.toml", "[[queue]]\nname = \"last\"");
    const ConfigLoader loader = loaded();
    EXPECT_EQ(all_errors(loader), "");
    EXPECT_EQ(names_of_queues(loader), std::vector<std::string>({"own", "ten", "twenty", "last"}));
    EXPECT_EQ(loader.config().threads, 3u);
    EXPECT_EQ(loader.config().limits.packet_bytes_max, 4096u);
    EXPECT_EQ(loader.config().limits.queue_messages_max, 7u);
    EXPECT_EQ(loader.source_of("queue.2.name"), in("conf.d/20.toml") + ":2:8");
}

TEST_F(ConfigInclude, IsRelativeToTheFileThatItStandsIn) {
    write("drayd.toml", "include = [\"a/a.toml\"]");
    write("a/a.toml", "include = [\"b/b.toml\", \"" + in("c.toml") + "\"]");
    write("a/b/b.toml", "threads = 5");
    write("c.toml", "data_dir = \"/d\"");
    const ConfigLoader loader = loaded();
    EXPECT_EQ(all_errors(loader), "");
    EXPECT_EQ(loader.config().threads, 5u);
    EXPECT_EQ(loader.config().data_dir, "/d");
}

TEST_F(ConfigInclude, OfAPatternThatNothingFitsIsNothing) {
    write("drayd.toml", "include = [\"conf.d/*.toml\", \"*.conf\"]");
    EXPECT_EQ(all_errors(loaded()), "");
}

TEST_F(ConfigInclude, OfAFileThatIsNotThereIsAnError) {
    write("drayd.toml", "threads = 2\ninclude = [\"missing.toml\"]");
    EXPECT_EQ(all_errors(loaded()), in("drayd.toml") + ":2:12: include: " + in("missing.toml") +
                                        ": cannot be read: No such file or directory\n");
}

TEST_F(ConfigInclude, NamesAKeyThatStandsInTwoFiles) {
    write("drayd.toml", "include = [\"a.toml\"]\nthreads = 2");
    write("a.toml", "threads = 2\n[limits]\npacket_bytes_max = 4096");
    EXPECT_EQ(all_errors(loaded()),
              in("a.toml") + ":1:11: threads: stands in " + in("drayd.toml") + ":2:11 already\n");
}

TEST_F(ConfigInclude, NamesAQueueThatIsInTwoFiles) {
    write("drayd.toml", "include = [\"a.toml\"]\n[[queue]]\nname = \"jobs\"");
    write("a.toml", "[[queue]]\nname = \"jobs\"");
    EXPECT_EQ(all_errors(loaded()), in("a.toml") + ":2:8: queue.1.name: two queues are named so\n");
}

TEST_F(ConfigInclude, NamesAFileThatIncludesItself) {
    write("drayd.toml", "include = [\"a.toml\"]");
    write("a.toml", "\ninclude = [\"./drayd.toml\"]");
    EXPECT_EQ(all_errors(loaded()),
              in("a.toml") + ":2:12: include: " + in("./drayd.toml") + " includes itself\n");
}

TEST_F(ConfigInclude, NamesAFileThatIsIncludedTwice) {
    write("drayd.toml", "include = [\"a.toml\", \"*.toml\"]");
    write("a.toml", "threads = 2");
    const ConfigLoader loader = loaded();
    ASSERT_EQ(loader.errors().size(), 2u) << all_errors(loader);
    EXPECT_EQ(loader.errors()[0],
              in("drayd.toml") + ":1:22: include: " + in("a.toml") + " is included already");
    EXPECT_EQ(loader.errors()[1],
              in("drayd.toml") + ":1:22: include: " + in("drayd.toml") + " includes itself");
}

TEST_F(ConfigInclude, ErrorsInItNameItsPlaces) {
    write("drayd.toml", "include = [\"a.toml\", \"b.toml\"]");
    write("a.toml", "thread = 2");
    write("b.toml", "threads =");
    const ConfigLoader loader = loaded();
    ASSERT_EQ(loader.errors().size(), 2u) << all_errors(loader);
    EXPECT_EQ(loader.errors()[0], in("a.toml") + ":1:10: unknown key 'thread'; did you mean 'threads'?");
    EXPECT_TRUE(loader.errors()[1].starts_with(in("b.toml") + ":1:")) << loader.errors()[1];
}

// Texts from elsewhere open no files.
TEST_F(ConfigInclude, IsOnlyForFiles) {
    write("a.toml", "threads = 2");
    ConfigLoader loader;
    loader.read_text("include = [\"" + in("a.toml") + "\"]", "text");
    EXPECT_EQ(all_errors(loader), "text:1:12: include: only a file can include others\n");
}

TEST_F(ConfigInclude, IsAListOfTexts) {
    write("drayd.toml", "include = \"a.toml\"");
    EXPECT_EQ(all_errors(loaded()), in("drayd.toml") + ":1:11: include: must be a list of texts in quotes\n");
}

}  // namespace
}  // namespace dray::app
