// drayctl passwd: users of a password file (auth.password_file), which is written anew as a whole or not at
// all.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include "auth/password_file.h"
#include "auth/password_prompt.h"
#include "ctl/command.h"
#include "ctl/failure.h"

namespace dray::ctl {

namespace {

constexpr mode_t kMode = 0600;  // of a new file

struct PasswdOptions {
    std::string file;
    std::string user;
    bool is_for_scram = false;
    bool deletes = false;
};

[[noreturn]] void refuse(const std::string& path, int why) {
    throw Failure(ExitCode::kRefused, path + ": " + std::generic_category().message(why));
}

// Empty if there is no such file.
std::string read_if_there(const std::string& path) {
    std::ifstream file(path);
    if (!file && errno == ENOENT) return {};
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) refuse(path, errno);
    return text;
}

// Beside the old one, with its owner and mode, and then in its place.
void replace(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
    if (file < 0) refuse(fresh, errno);
    struct stat old {};
    bool done = true;
    if (::stat(path.c_str(), &old) == 0)
        done = ::fchown(file, old.st_uid, old.st_gid) == 0 && ::fchmod(file, old.st_mode & 07777) == 0;
    done = done && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fsync(file) == 0;
    const int why = errno;
    ::close(file);
    if (done && ::rename(fresh.c_str(), path.c_str()) == 0) return;
    const int last = done ? errno : why;
    ::unlink(fresh.c_str());
    refuse(path, last);
}

void passwd(const PasswdOptions& options) {
    if (!auth::is_valid_user(options.user))
        throw Failure(ExitCode::kUsage, "a user is not empty, does not begin with # and has no colon");
    const std::string before = read_if_there(options.file);
    std::string after = auth::without_user(before, options.user);
    if (options.deletes) {
        if (after == before)
            throw Failure(ExitCode::kRefused, "there is no user " + options.user + " in " + options.file);
    } else {
        const auto password = auth::ask_for_password();
        if (!password) throw Failure(ExitCode::kUsage, password.error().what);
        if (!after.empty() && !after.ends_with('\n')) after += '\n';
        after += options.is_for_scram ? auth::scram_line(options.user, *password)
                                      : auth::argon2id_line(options.user, *password);
        after += '\n';
    }
    replace(options.file, after);
}

}  // namespace

void add_passwd_command(CLI::App& program, Globals&) {
    auto options = std::make_shared<PasswdOptions>();
    CLI::App* command = program.add_subcommand(
        "passwd",
        "Add a user to a password file, change a password, or delete a user; asks for the password");
    command->add_option("file", options->file, "auth.password_file, or one of mosquitto's")
        ->required()
        ->type_name("FILE");
    command->add_option("user", options->user, "whose")->required()->type_name("USER");
    command->add_flag("--scram", options->is_for_scram,
                      "keep what SCRAM-SHA-256 needs, instead of argon2id, which only serves CONNECT");
    command->add_flag("--delete", options->deletes, "delete the user");
    command->footer("Example: drayctl passwd /etc/dray/users brewer");
    command->callback([options] { passwd(*options); });
}

}  // namespace dray::ctl
