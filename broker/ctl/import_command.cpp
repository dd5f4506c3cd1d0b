// drayctl import: another broker's configuration as a drayd.toml.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "ctl/command.h"
#include "ctl/failure.h"
#include "ctl/mosquitto_conf.h"
#include "ctl/table.h"

namespace dray::ctl {

namespace {

std::string conf_text(const std::string& path) {
    std::ifstream file(path);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw Failure(ExitCode::kRefused, path + " cannot be read");
    return text;
}

void import(const Globals& globals, const std::string& path) {
    const Conversion conversion = convert_mosquitto_conf(conf_text(path));
    Json remarks = Json::array();
    for (const ConversionRemark& remark : conversion.remarks) {
        remarks.push_back({{"line", remark.line}, {"directive", remark.directive}, {"what", remark.what}});
        if (globals.json) continue;
        std::cerr << printable(path + ':' + std::to_string(remark.line) + ": " + remark.directive + ": " +
                               remark.what)
                  << '\n';
    }
    globals.print({{"config", conversion.toml}, {"remarks", remarks}}, conversion.toml);
}

}  // namespace

void add_import_command(CLI::App& program, Globals& globals) {
    auto path = std::make_shared<std::string>();
    CLI::App* command = program.add_subcommand(
        "import",
        "Print a mosquitto.conf as a drayd.toml, and say (on stderr) what could not be carried over");
    command->add_option("file", *path, "the mosquitto.conf")->required()->type_name("FILE");
    command->footer("Example: drayctl import /etc/mosquitto/mosquitto.conf > drayd.toml");
    command->callback([&globals, path] { import(globals, *path); });
}

}  // namespace dray::ctl
