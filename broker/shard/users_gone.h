// Users who can prove nothing any more, because they are gone from the password file, while their clients are
// connected:
//
//     proven by a password, a SCRAM exchange or a token     closed (5.0: 0x87); whoever has another proof of
//                                                           that name comes back with it
//     proven by a certificate                               stays: that speaks for itself
//
// Their sessions go on as after any loss of the connection, for whoever is that user next.
//
// At the client's shard.
#pragma once

#include <functional>
#include <set>
#include <string>

namespace dray::shard {

struct Core;
struct Link;

using UserNames = std::set<std::string, std::less<>>;

bool has_lost_its_user(const Link& link, const UserNames& gone);

// Closes their connections.
void end_users(Core& core, const UserNames& gone);

}  // namespace dray::shard
