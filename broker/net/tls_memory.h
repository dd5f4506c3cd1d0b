// Where OpenSSL's buffers come from. An idle connection owns none (SSL_MODE_RELEASE_BUFFERS), so each record
// that is read or written asks for one of about 17 KiB and gives it back, for which malloc splits and joins
// its large blocks each time. Here a thread keeps the few that it has given back, and takes them again.
#pragma once

namespace dray::net {

// Before anything of OpenSSL is used; later it has no effect. The whole process's. Any thread uses it then.
void keep_tls_buffers();

}  // namespace dray::net
