#include "laws/laws.h"

namespace dray::sim {

Laws all_laws() {
    Laws laws;
    laws.add(nothing_leaks());  // first: what is still on its way seems lost to the others
    laws.add(acknowledged_is_delivered());
    laws.add(exactly_once());
    laws.add(order());
    laws.add(only_what_was_asked_for());
    laws.add(last_accepted_is_retained());
    laws.add(each_shared_message_has_a_member());
    laws.add(queues_keep_and_give());
    laws.add(streams_are_logs());
    laws.add(delayed_comes_in_time());
    laws.add(limits_hold());
    laws.add(books_are_right());
    laws.add(store_is_sound());
    laws.add(who_behaves_stays());
    laws.add(broker_speaks_mqtt());
    return laws;
}

}  // namespace dray::sim
