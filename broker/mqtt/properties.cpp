#include "mqtt/properties.h"
