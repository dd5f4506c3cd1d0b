// Credentials at the edge of the process: the files that the configuration names.
#pragma once

#include <memory>
#include <string>

#include "admin/operators.h"
#include "app/config.h"
#include "auth/access_rules.h"
#include "auth/authenticator.h"
#include "auth/operator_tokens.h"

namespace dray::app {

// Of auth.password_file and auth.jwt_key_file; none if there is neither. It takes `operators`' tokens, too,
// if there are such. Throws std::runtime_error that names the file, and the line where one is wrong.
std::unique_ptr<auth::Authenticator> make_authenticator(const Config& config,
                                                        const auth::OperatorTokens* operators = nullptr);

// The rules of auth.acl_file and of [[access]]; none if there are none of either. Throws like that.
std::unique_ptr<auth::AccessRules> make_access_rules(const Config& config);

// Of admin.token_file and admin.operators_file. Throws like that.
admin::Operators read_operators(const Config& config);

// drayd --hash-password USER: asks for the password (a terminal does not show it; twice), or takes the first
// line of standard input, and prints the line for the password file. The exit code.
int hash_password(const std::string& user);

}  // namespace dray::app
