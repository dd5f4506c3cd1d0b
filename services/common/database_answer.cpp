#include "services/common/database_answer.h"

#include <memory>

#include "services/common/problem.h"

namespace dray::service {

void answer_from_database(Service& app, std::function<HttpResponse(Transaction&)> work,
                          const HttpServer::Respond& respond) {
    auto answer = std::make_shared<HttpResponse>();
    app.post([answer, work = std::move(work)](Transaction& tx) { *answer = work(tx); },
             [answer, respond, name = app.name()](const std::exception_ptr& error) {
                 if (error)
                     return respond(to_response(Problem{500, "", name + " cannot write this down now"}));
                 respond(std::move(*answer));
             });
}

}  // namespace dray::service
