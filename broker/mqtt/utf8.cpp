#include "mqtt/utf8.h"
