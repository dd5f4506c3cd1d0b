#include "harness/broker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/deadline.h"
#include "harness/free_port.h"

namespace dray::conformance {
namespace {

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : otherwise;
}

[[noreturn]] void refuse(const char* name, const std::string& value, const char* allowed) {
    std::fprintf(stderr, "%s=%s: want %s\n", name, value.c_str(), allowed);
    std::exit(2);
}

std::uint64_t number(const char* name, const char* otherwise) {
    const std::string value = environment(name, otherwise);
    char* end = nullptr;
    const std::uint64_t parsed = std::strtoull(value.c_str(), &end, 10);
    if (*end != '\0') refuse(name, value, "a number");
    return parsed;
}

// "drayd/4/ws" into its three parts.
Setup parse(const std::string& text) {
    const std::size_t first = text.find('/');
    const std::size_t second = text.find('/', first + 1);
    const std::string broker = text.substr(0, first);
    const std::string threads = first == std::string::npos ? "" : text.substr(first + 1, second - first - 1);
    const std::string transport = second == std::string::npos ? "" : text.substr(second + 1);
    Setup setup;
    setup.broker = broker == "drayd" ? BrokerKind::kDrayd : BrokerKind::kMosquitto;
    const std::string_view transports[] = {"tcp", "ws", "tls", "wss"};  // in the order of the type
    const auto* const known = std::find(std::begin(transports), std::end(transports), transport);
    setup.transport = static_cast<Transport>(known - transports);
    setup.with_tls = transport == "tls" || transport == "wss";
    setup.threads = std::atoi(threads.c_str());
    if ((broker != "drayd" && broker != "mosquitto") || known == std::end(transports) || setup.threads < 1) {
        refuse("DRAY_TEST_BROKER", text, "drayd/<shards>/<tcp|ws|tls|wss> or mosquitto/1/<tcp|ws|tls|wss>");
    }
    return setup;
}

Setup read_environment() {
    Setup setup = parse(environment("DRAY_TEST_BROKER", "drayd/1/tcp"));
    setup.seed = number("DRAY_SEED", "1");
    const auto beside = std::filesystem::read_symlink("/proc/self/exe").replace_filename("drayd");
    setup.drayd_path = environment("DRAY_TEST_DRAYD", beside.c_str());
    if (setup.broker == BrokerKind::kDrayd && !std::filesystem::exists(setup.drayd_path)) {
        refuse("DRAY_TEST_DRAYD", setup.drayd_path, "the path of drayd");
    }
    return setup;
}

std::string make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "dray-conformance-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
    return name;
}

// Starts the program with its stdout in `stdout_fd` (or in the log) and stderr in the log.
pid_t spawn(const std::vector<std::string>& arguments, const std::string& log, int stdout_fd) {
    std::vector<char*> argv;
    argv.reserve(arguments.size() + 1);
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int log_fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that dies takes its broker along
        ::dup2(stdout_fd >= 0 ? stdout_fd : log_fd, STDOUT_FILENO);
        ::dup2(log_fd, STDERR_FILENO);
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(log_fd);
    if (pid < 0) throw std::runtime_error("cannot start " + arguments[0]);
    return pid;
}

// The first line that appears in `fd`.
std::string read_line(int fd, Deadline deadline) {
    std::string line;
    for (;;) {
        pollfd ready{fd, POLLIN, 0};
        char character = 0;
        if (::poll(&ready, 1, deadline.milliseconds_left()) <= 0 || ::read(fd, &character, 1) != 1)
            return line;
        if (character == '\n') return line;
        line.push_back(character);
    }
}

std::uint16_t port_after(const std::string& line, const std::string& key) {
    const std::size_t at = line.find(' ' + key);
    const std::size_t colon = at == std::string::npos ? at : line.find(':', at);
    return colon == std::string::npos
               ? std::uint16_t{0}
               : static_cast<std::uint16_t>(std::strtoul(&line[colon + 1], nullptr, 10));
}

}  // namespace

const Setup& Setup::from_environment() {
    static const Setup setup = read_environment();
    return setup;
}

BrokerProcess::BrokerProcess(const Setup& setup) : folder_(make_folder()) {
    if (setup.with_tls) make_certificate();
    if (setup.broker == BrokerKind::kDrayd) {
        start_drayd(setup);
        return;
    }
    start_mosquitto(setup.with_tls);
}

BrokerProcess::~BrokerProcess() {
    stop();
    if (stdout_ >= 0) ::close(stdout_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void BrokerProcess::make_certificate() {
    const pid_t openssl =
        spawn({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
               "-out", certificate_file(), "-keyout", key_file()},
              folder_ + "/log", -1);
    int status = 0;
    ::waitpid(openssl, &status, 0);
    if (status != 0) throw std::runtime_error("no certificate was made\n" + log());
}

void BrokerProcess::start_drayd(const Setup& setup) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::vector<std::string> arguments{setup.drayd_path,
                                       "--mqtt",
                                       "127.0.0.1:0",
                                       "--ws",
                                       "127.0.0.1:0",
                                       "--threads",
                                       std::to_string(setup.threads),
                                       "--set",
                                       "auth.password_file=" + write_password_file(false),
                                       "--set",
                                       "response_prefix=answers"};
    // Over plain TCP each shard keeps its thread; elsewhere one thread may serve all, as by default.
    if (setup.transport == Transport::kTcp) arguments.insert(arguments.end(), {"--set", "consolidate=false"});
    // Over plain WebSocket it waits with epoll; elsewhere with io_uring where it can, as by default.
    if (setup.transport == Transport::kWebSocket)
        arguments.insert(arguments.end(), {"--set", "poller=epoll"});
    if (setup.with_tls) {
        const std::string more[] = {"--mqtts", "127.0.0.1:0",      "--wss", "127.0.0.1:0",
                                    "--cert",  certificate_file(), "--key", key_file()};
        arguments.insert(arguments.end(), std::begin(more), std::end(more));
    }
    pid_ = spawn(arguments, folder_ + "/log", ends[1]);
    ::close(ends[1]);
    stdout_ = ends[0];
    const std::string line = read_line(stdout_, Deadline::standard());
    mqtt_port_ = port_after(line, "mqtt=");
    ws_port_ = port_after(line, "ws=");
    mqtts_port_ = port_after(line, "mqtts=");
    wss_port_ = port_after(line, "wss=");
    const bool has_tls = mqtts_port_ != 0 && wss_port_ != 0;
    if (!line.starts_with("ready ") || mqtt_port_ == 0 || ws_port_ == 0 || has_tls != setup.with_tls) {
        throw std::runtime_error("drayd did not become ready; it said '" + line + "'\n" + log());
    }
}

std::string BrokerProcess::write_password_file(bool of_mosquitto) const {
    // As `drayd --hash-password brewer` and `mosquitto_passwd` print them.
    constexpr const char* drayds =
        "brewer:SCRAM-SHA-256$4096:c2FsdCBvZiBicmV3ZXIgMQ==$ZPhRST1SRYNE7Ox1ET+eIaHfxxnJnm3RUvPioHINcpA=:"
        "9YHvIDjJjR3bLjjMQS22JDtUUO2oFTX1sOml3zIeQaM=\n";
    constexpr const char* mosquittos =
        "brewer:$7$101$Dc73o4OBg8nDDoqL$jl15mpXK8emO93k25LOyU5ZNVoWO7"
        "toZPy7qnaS4T3xEi3pf0/5fsfPkyFgEEcsML3Ab04m5hdinqBAgt92YvA==\n";
    std::string path = folder_ + "/users";
    std::ofstream(path) << (of_mosquitto ? mosquittos : drayds);
    return path;
}

void BrokerProcess::start_mosquitto(bool with_tls) {
    const std::string passwords = write_password_file(true);
    for (int attempt = 0; attempt < 20; ++attempt) {
        mqtt_port_ = free_port();
        ws_port_ = free_port();
        std::ofstream config(folder_ + "/mosquitto.conf");
        config << "user root\nallow_anonymous true\npassword_file " << passwords
               << "\npersistence false\nset_tcp_nodelay true\nlistener " << mqtt_port_
               << " 127.0.0.1\nlistener " << ws_port_ << " 127.0.0.1\nprotocol websockets\n";
        if (with_tls) {
            const std::string files = "certfile " + certificate_file() + "\nkeyfile " + key_file() + '\n';
            mqtts_port_ = free_port();
            wss_port_ = free_port();
            config << "listener " << mqtts_port_ << " 127.0.0.1\n" << files;
            config << "listener " << wss_port_ << " 127.0.0.1\nprotocol websockets\n" << files;
        }
        config.close();
        pid_ = spawn({"mosquitto", "-c", folder_ + "/mosquitto.conf"}, folder_ + "/log", -1);
        const Deadline deadline = Deadline::standard();
        while (!deadline.passed() && ::waitpid(pid_, nullptr, WNOHANG) == 0) {
            // Said once all ports are its own. That they accept says less: a mosquitto that another test
            // started on one of them would do that too, until it is killed.
            if (log().find(" running\n") != std::string::npos) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        pid_ = -1;  // somebody else took one of the ports: once more with others
    }
    throw std::runtime_error("mosquitto did not start\n" + log());
}

std::string BrokerProcess::stop() {
    if (pid_ < 0) return {};
    if (stdout_ < 0) {  // mosquitto: its end is not under test and would cost 100 ms
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
        return {};
    }
    ::kill(pid_, SIGTERM);
    int status = 0;
    const Deadline deadline = Deadline::standard();
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (deadline.passed()) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, &status, 0);
            pid_ = -1;
            return "the broker did not stop on SIGTERM\n" + log();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    pid_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    std::ostringstream problem;
    problem << "the broker ended badly: "
            << (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                    : "exit " + std::to_string(WEXITSTATUS(status)))
            << "\n"
            << log();
    return problem.str();
}

std::string BrokerProcess::log() const {
    std::ifstream file(folder_ + "/log");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dray::conformance
