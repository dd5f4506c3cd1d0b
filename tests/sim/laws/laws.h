// All laws.
#pragma once

#include <memory>

#include "law.h"

namespace dray::sim {

std::unique_ptr<Law> acknowledged_is_delivered();
std::unique_ptr<Law> exactly_once();
std::unique_ptr<Law> order();
std::unique_ptr<Law> only_what_was_asked_for();
std::unique_ptr<Law> last_accepted_is_retained();
std::unique_ptr<Law> each_shared_message_has_a_member();
std::unique_ptr<Law> limits_hold();
std::unique_ptr<Law> nothing_leaks();
std::unique_ptr<Law> books_are_right();
std::unique_ptr<Law> queues_keep_and_give();
std::unique_ptr<Law> streams_are_logs();
std::unique_ptr<Law> delayed_comes_in_time();
std::unique_ptr<Law> store_is_sound();
std::unique_ptr<Law> who_behaves_stays();
std::unique_ptr<Law> broker_speaks_mqtt();

Laws all_laws();

}  // namespace dray::sim
