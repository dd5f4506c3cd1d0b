// Which words of a client's certificate become its user name.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/address.h"

// OpenSSL's own name; its headers stay in the sources.
struct x509_st;

namespace dray::net {

enum class ClientIdentity : std::uint8_t { kNone, kCommonName, kAlternativeName };

// kCommonName: the subject's CN, the most specific if there are several. kAlternativeName: the first
// subjectAltName that is a DNS name, a URI or an e-mail address. A certificate without it is a failure, as is
// one whose name holds control characters.
Result<std::string, Failure> identity_in(x509_st* certificate, ClientIdentity source);

}  // namespace dray::net
