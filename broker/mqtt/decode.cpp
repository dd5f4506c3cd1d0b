#include "mqtt/decode.h"
