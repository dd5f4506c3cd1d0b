#include "mqtt/topic.h"
