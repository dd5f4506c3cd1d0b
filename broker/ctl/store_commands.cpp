// drayctl store backup: of a running broker. store check|repair|restore: offline, on a data_dir.
#include <memory>

#include "ctl/command.h"
#include "ctl/failure.h"
#include "ctl/table.h"
#include "ctl/units.h"
#include "store/store_backup.h"
#include "store/store_check.h"
#include "store/store_repair.h"

namespace dray::ctl {

namespace {

using store::StoreFault;
using store::StoreReport;
using Counts = std::vector<StoreReport::Count>;

std::string describe(const StoreFault& fault) {
    std::string text = fault.table.empty() ? "the store" : fault.table;
    if (!fault.key.empty()) text += ", " + fault.key;
    return printable(text + ": " + fault.what);
}

std::string describe(const Counts& counts) {
    Table table({{"TABLE"}, {"RECORDS", Table::Align::kRight}, {"BYTES", Table::Align::kRight}});
    for (const auto& count : counts) {
        table.add({count.table, show_count(count.records), show_bytes(count.bytes)});
    }
    return counts.empty() ? "" : table.text();
}

Json to_json(const Counts& counts) {
    Json json = Json::object();
    for (const auto& count : counts) json[count.table] = {{"records", count.records}, {"bytes", count.bytes}};
    return json;
}

Json to_json(const std::vector<StoreFault>& faults) {
    Json json = Json::array();
    for (const StoreFault& fault : faults) {
        json.push_back({{"table", fault.table},
                        {"key", fault.key},
                        {"what", fault.what},
                        {"is_leftover", fault.is_leftover}});
    }
    return json;
}

void check(const Globals& globals, const std::string& folder) {
    const StoreReport report = store::check_store(folder);
    std::string text = describe(report.counts);
    for (const StoreFault& fault : report.leftovers) text += "left over: " + describe(fault) + '\n';
    for (const StoreFault& fault : report.faults) text += describe(fault) + '\n';
    if (report.position > 0) text += "it reaches position " + std::to_string(report.position) + '\n';
    text += report.faults.empty() ? "the store is sound\n" : "";
    globals.print({{"store", report.folder},
                   {"format", report.format},
                   {"position", report.position},
                   {"tables", to_json(report.counts)},
                   {"leftovers", to_json(report.leftovers)},
                   {"faults", to_json(report.faults)}},
                  text);
    if (report.faults.empty()) return;
    throw Failure(ExitCode::kRefused, "the store in " + report.folder + " has " +
                                          std::to_string(report.faults.size()) +
                                          " faults; `drayctl store repair " + folder +
                                          "` saves what can be saved, and keeps the old files");
}

void repair(const Globals& globals, const std::string& folder, bool keeps_backup) {
    const store::RepairReport report = store::repair_store(folder, {.keeps_backup = keeps_backup});
    std::string text;
    for (const std::string& step : report.steps) text += printable(step) + '\n';
    for (const StoreFault& fault : report.lost) {
        text += (fault.is_leftover ? "left over, dropped: " : "lost: ") + describe(fault) + '\n';
    }
    text += describe(report.kept);
    text += "a broker can start with " + report.folder + " again";
    text += report.backup.empty() ? "\n" : "; the old files are in " + report.backup + '\n';
    globals.print({{"store", report.folder},
                   {"backup", report.backup},
                   {"steps", report.steps},
                   {"lost", to_json(report.lost)},
                   {"tables", to_json(report.kept)}},
                  text);
}

// What the store says is for the person who asked.
template <typename Action>
void or_refuse(Action action) {
    try {
        action();
    } catch (const Failure&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw Failure(ExitCode::kRefused, error.what());
    }
}

}  // namespace

void add_store_commands(CLI::App& program, Globals& globals) {
    struct Options {
        std::string folder;
        bool no_backup = false;
        std::string name;
        std::string backup;
    };
    auto options = std::make_shared<Options>();
    CLI::App* group =
        program.add_subcommand("store", "What a broker keeps on disk: backup, check, repair, restore");
    group->require_subcommand(1);

    CLI::App* checking =
        group->add_subcommand("check", "Read every record and say what is wrong; changes nothing");
    checking->add_option("dir", options->folder, "the broker's data_dir")->required();
    checking->footer("Exit code 1 if anything is wrong. Example: drayctl store check /var/lib/dray");
    checking->callback([&globals, options] { or_refuse([&] { check(globals, options->folder); }); });

    CLI::App* backing_up = group->add_subcommand(
        "backup", "Copy the store of the running broker, into a folder `backups` of its data_dir");
    backing_up->add_option("name", options->name, "of the backup")->required();
    backing_up->footer("A backup is a data_dir. Example: drayctl store backup $(date +%F)");
    backing_up->callback([&globals, options] {
        const Json made = globals.ask("POST", "/api/v1/backups/" + percent_encode(options->name));
        globals.print(made, "everything acknowledged so far is in " + printable(made["folder"]) + '\n');
    });

    CLI::App* restoring =
        group->add_subcommand("restore", "Put a backup's store into a data_dir that has none");
    restoring->add_option("backup", options->backup, "folder of the backup")->required();
    restoring->add_option("dir", options->folder, "the broker's data_dir")->required();
    restoring->footer("Example: drayctl store restore /backup/2026-11-27 /var/lib/dray");
    restoring->callback([&globals, options] {
        or_refuse([&] { store::restore_store(options->backup, options->folder); });
        globals.print({{"data_dir", options->folder}}, "a broker can start with " + options->folder +
                                                           "; its files must be of the broker's user\n");
    });

    CLI::App* repairing = group->add_subcommand(
        "repair",
        "Save what can be saved into a new store, in the place of the old one; names all that is lost");
    repairing->add_option("dir", options->folder, "the broker's data_dir")->required();
    repairing->add_flag("--no-backup", options->no_backup, "do not keep the old files");
    repairing->footer("Example: drayctl store repair /var/lib/dray");
    repairing->callback(
        [&globals, options] { or_refuse([&] { repair(globals, options->folder, !options->no_backup); }); });
}

}  // namespace dray::ctl
