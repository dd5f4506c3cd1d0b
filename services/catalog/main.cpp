// dray-catalog: answers who asks about an address or a product. Requests and responses as MQTT 5 has them;
// several instances share the questions.
#include <algorithm>
#include <map>

#include "dray/v1/check.pb.h"
#include "dray/v1/order.pb.h"
#include "services/common/service.h"
#include "services/common/zips.h"

using namespace dray;
using service::Message;

namespace {

// check/address/60614 -> 60614
std::string asked_about(const Message& request) {
    return request.topic.substr(request.topic.rfind('/') + 1);
}

std::string check_address(const service::ZipMap& zips, const std::string& code) {
    v1::AddressChecked checked;
    checked.set_zip(code);
    if (const auto* zip = zips.find(code)) {
        checked.set_deliverable(true);
        checked.set_city(zips.city());
        *checked.mutable_centre() = zip->centre;
    }
    return checked.SerializeAsString();
}

// What inventory says of its products, retained: kept in memory, there again after every start.
class Products {
  public:
    void stock(const v1::StockLevel& level) { by_sku_[level.sku()] = level; }
    std::string check(const std::string& sku) const {
        v1::ProductChecked checked;
        checked.set_sku(sku);
        if (const auto found = by_sku_.find(sku); found != by_sku_.end()) {
            const auto& level = found->second;
            checked.set_known(true);
            checked.set_name(level.name());
            checked.set_unit_price_cents(level.unit_price_cents());
            checked.set_available(level.on_hand() - std::min(level.on_hand(), level.reserved()));
        }
        return checked.SerializeAsString();
    }

  private:
    std::map<std::string, v1::StockLevel> by_sku_;
};

int run(int argc, char** argv) {
    service::Service app({.name = "dray-catalog",
                          .settings = service::Settings::load("dray-catalog", "Checks addresses and products",
                                                              service::common_keys(), argc, argv),
                          .migrations = {}});
    const auto zips = service::ZipMap::load(service::ZipMap::folder_of(app.settings()));
    Products products;
    app.on_stream("data/inventory/+", 1, [&](const Message& message) {
        v1::StockLevel level;
        if (level.ParseFromString(message.payload)) products.stock(level);
    });
    app.on_request("check/address/+",
                   [&](const Message& request) { return check_address(zips, asked_about(request)); });
    app.on_request("check/product/+",
                   [&](const Message& request) { return products.check(asked_about(request)); });
    return app.run();
}

}  // namespace

int main(int argc, char** argv) {
    return service::service_main("dray-catalog", [&] { return run(argc, argv); });
}
