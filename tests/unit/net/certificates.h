// Keys and certificates made for one test, in a folder of its own.
//
//     Authority authority;
//     const CertificateFiles files = authority.issue({.common_name = "localhost"});
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "net/tls_context.h"

namespace dray::net::test {

struct CertificateWish {
    std::string common_name = "localhost";
    std::string alternative_name = {};  // "DNS:localhost"
    std::chrono::hours valid_from{-1};  // from now
    std::chrono::hours valid_to{24};
};

class Authority {
  public:
    explicit Authority(const std::string& name = "an authority for tests");
    ~Authority();
    Authority(const Authority&) = delete;
    Authority& operator=(const Authority&) = delete;

    CertificateFiles issue(const CertificateWish& wish);
    // Into the files of an earlier one.
    void issue_again(const CertificateWish& wish, const CertificateFiles& files);
    std::string file() const { return folder_ / "authority.pem"; }
    std::filesystem::path folder() const { return folder_; }

  private:
    struct Parts;
    std::filesystem::path folder_;
    std::unique_ptr<Parts> parts_;
    long issued_ = 0;
};

}  // namespace dray::net::test
