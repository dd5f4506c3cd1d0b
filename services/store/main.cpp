// dray-store: takes orders over HTTP and shows what becomes of them. See api.h and order_book.h.
#include <cstdio>

#include "services/store/api.h"

using namespace dray;
using service::Key;
using service::Service;
using service::Settings;
using service::Transaction;

namespace {

constexpr std::chrono::seconds kAskEvery{1};
constexpr std::chrono::seconds kAnswerMax{2};

std::vector<Key> keys() {
    auto keys = service::common_keys();
    keys.push_back({"store.http", "127.0.0.1:8080", "address to serve; port 0 lets the system choose"});
    keys.push_back({"store.public_ws", "ws://127.0.0.1:8083/mqtt", "the broker as browsers reach it"});
    keys.push_back({"store.web", "", "folder of the web page [beside the program]"});
    keys.push_back(
        {"store.tile_url", "",
         "tile server of the map, as https://host/{z}/{x}/{y}.png [none: streets drawn by the page]"});
    keys.push_back({"store.tile_attribution", "", "whom the tile server's map is from; shown on the map"});
    keys.push_back({"store.token_key_file", "",
                    "key of the tokens that pages show the broker, its auth.jwt_key_file, 32 bytes or more; "
                    "empty: they show none"});
    keys.push_back({"store.operator_code_file", "",
                    "code by which a page becomes an operator's, 16 bytes or more; empty: none does"});
    keys.push_back({"store.ask_again_seconds", "20", "an order without news for so long is asked about",
                    Key::Kind::kInteger, 1, 24 * 60 * 60});
    return keys;
}

std::filesystem::path web_folder(const Settings& settings) {
    if (const auto& folder = settings.text("store.web"); !folder.empty()) return folder;
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "../share/dray/web";
}

void subscribe(Service& app, const store::OrderBook& book) {
    app.on_state<v1::StockLevel>("data/inventory/+",
                                 [&](Transaction& tx, const auto& e) { book.stock(tx, e); });
    app.on<v1::OrderReserved>("order/reserved/+",
                              [&](Transaction& tx, const auto& e) { book.reserved(tx, e); });
    app.on<v1::OrderRejected>("order/rejected/+",
                              [&](Transaction& tx, const auto& e) { book.rejected(tx, e); });
    app.on<v1::PaymentTaken>("payment/paid/+", [&](Transaction& tx, const auto& e) { book.paid(tx, e); });
    app.on<v1::OrderPacked>("order/packed/+", [&](Transaction& tx, const auto& e) { book.packed(tx, e); });
    app.on<v1::ShipmentOffer>("order/ship/+/+", [&](Transaction& tx, const auto& e) { book.shipped(tx, e); });
    app.on<v1::Award>("order/award/+", [&](Transaction& tx, const auto& e) { book.awarded(tx, e); });
    app.on<v1::OrderPickedUp>("order/picked-up/+",
                              [&](Transaction& tx, const auto& e) { book.picked_up(tx, e); });
    app.on<v1::OrderDelivered>("order/delivered/+",
                               [&](Transaction& tx, const auto& e) { book.delivered(tx, e); });
    app.on<v1::OrderCancelled>("order/cancelled/+",
                               [&](Transaction& tx, const auto& e) { book.cancelled(tx, e); });
    service::answer_privacy_requests(app, store::personal_data());
    app.every(kAskEvery, [&](Transaction& tx) { book.ask_again(tx); });
}

int run(int argc, char** argv) {
    Service app({.name = "dray-store",
                 .settings = Settings::load("dray-store", "Takes orders over HTTP", keys(), argc, argv),
                 .migrations = store::migrations()});
    const auto& settings = app.settings();
    const auto tiles = store::tile_server(settings);
    const auto tokens = store::PageTokens::configured(settings);
    const auto map_folder = service::ZipMap::folder_of(settings);
    const auto zips = service::ZipMap::load(map_folder);
    store::StaticFiles files(store::page_policy(tiles));
    files.add_folder("/", web_folder(settings));
    for (const std::string file : {"basemap.geojson", "zips.json"})
        files.add_file("/map/" + file, map_folder / file);

    const store::OrderBook book({.ask_again_ms = settings.integer("store.ask_again_seconds") * 1000}, zips);
    subscribe(app, book);
    service::Requester requester(app, kAnswerMax);
    store::Api api(app, book, zips, files, requester, tiles, tokens);
    service::HttpServer server(settings.text("store.http"), [&](const auto& request, const auto& respond) {
        api.handle(request, respond);
    });
    app.start();
    server.start();
    std::printf("ready http=%s\n", server.address().c_str());
    std::fflush(stdout);
    const int code = app.wait_and_stop();
    server.stop();
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-store", [&] { return run(argc, argv); });
}
