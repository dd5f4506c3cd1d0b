// An HTTP answer that is read from, or written to, the service's database: it goes out after the commit,
// never before.
#pragma once

#include <functional>

#include "services/common/http_server.h"
#include "services/common/service.h"

namespace dray::service {

void answer_from_database(Service& app, std::function<HttpResponse(Transaction&)> work,
                          const HttpServer::Respond& respond);

}  // namespace dray::service
