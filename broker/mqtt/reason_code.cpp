#include "mqtt/reason_code.h"
