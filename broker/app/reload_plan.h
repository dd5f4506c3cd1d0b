// What a reload would do to the broker that runs, for whoever asks before it is done.
#pragma once

#include "admin/reload_plan.h"
#include "app/config_loader.h"
#include "auth/authenticator.h"

namespace dray::app {

// `in_force`, with `authenticator` (or none), against what was loaded; reads the files that it names.
admin::ReloadPlan plan_reload(const Config& in_force, const auth::Authenticator* authenticator,
                              const ConfigLoader& next);

}  // namespace dray::app
