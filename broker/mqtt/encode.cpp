#include "mqtt/encode.h"
