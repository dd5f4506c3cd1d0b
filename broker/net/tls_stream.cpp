#include "net/tls_stream.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/assert.h"
#include "base/byte_view.h"

namespace dray::net {

namespace {

// Of this thread, whoever has left them: the next result is told from them. Looking first is cheaper.
void forget_errors() {
    if (ERR_peek_error() != 0) ERR_clear_error();
    errno = 0;
}

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;  // 16 KiB

// Parts cut into pieces of one TLS record, so that small ones share a record and a system call. A piece
// depends on the bytes alone and not on where the parts begin and end, as a write that is tried again needs.
class RecordCutter {
  public:
    explicit RecordCutter(std::span<const iovec> parts) : parts_(parts) {}

    ByteView next() {
        skip_empty();
        if (parts_.empty()) return {};
        const ByteView front = rest_of_front();
        if (front.size() >= kRecordBytes) return front.first(kRecordBytes);
        if (parts_.size() == 1) return front;
        std::size_t used = 0;
        std::size_t offset = offset_;
        for (const iovec& part : parts_) {
            const std::size_t count = std::min(part.iov_len - offset, kRecordBytes - used);
            std::memcpy(record_.data() + used, static_cast<const std::uint8_t*>(part.iov_base) + offset,
                        count);
            used += count;
            offset = 0;
            if (used == kRecordBytes) break;
        }
        return {record_.data(), used};
    }
    void advance(std::size_t bytes) {
        while (bytes > 0) {
            const std::size_t step = std::min(bytes, parts_.front().iov_len - offset_);
            offset_ += step;
            bytes -= step;
            skip_empty();
        }
    }

  private:
    ByteView rest_of_front() const {
        const iovec& part = parts_.front();
        return {static_cast<const std::uint8_t*>(part.iov_base) + offset_, part.iov_len - offset_};
    }
    void skip_empty() {
        while (!parts_.empty() && offset_ == parts_.front().iov_len) {
            parts_ = parts_.subspan(1);
            offset_ = 0;
        }
    }

    std::span<const iovec> parts_;
    std::size_t offset_ = 0;  // in the first part
    std::array<std::uint8_t, kRecordBytes> record_;
};

}  // namespace

void TlsStream::Free::operator()(ssl_st* connection) const {
    SSL_free(connection);
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket)
    : context_(std::move(context)), socket_(socket), connection_(SSL_new(context_->get())) {
    DRAY_ASSERT(connection_);
    bio_st* const bio = socket_.make();
    SSL_set_bio(connection_.get(), bio, bio);  // which owns it
    SSL_set_accept_state(connection_.get());
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket, const std::string& server)
    : TlsStream(std::move(context), socket) {
    SSL_set_connect_state(connection_.get());
    DRAY_ASSERT(SSL_set1_host(connection_.get(), server.c_str()) == 1);
    // An address is no server name [RFC 6066, section 3].
    std::array<std::uint8_t, sizeof(in6_addr)> address{};
    const bool is_address = ::inet_pton(AF_INET, server.c_str(), address.data()) == 1 ||
                            ::inet_pton(AF_INET6, server.c_str(), address.data()) == 1;
    if (is_address) return;
    // SSL_set_tlsext_host_name(), which is a macro with a cast.
    SSL_ctrl(connection_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(server.c_str()));
}

TlsStream::~TlsStream() = default;

TlsStream::Status TlsStream::outcome(int result) {
    const int system_error = errno;
    switch (SSL_get_error(connection_.get(), result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return Status::kBlocked;
        case SSL_ERROR_ZERO_RETURN:
            why_ = "the peer closed";
            return Status::kEnded;
        case SSL_ERROR_SYSCALL:
            why_ = system_error != 0 ? std::generic_category().message(system_error) : "the peer closed";
            return Status::kFailed;
        default:
            break;
    }
    const unsigned long error = ERR_peek_error();
    why_ = take_tls_error();
    if (ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
        why_ += std::string(": ") + X509_verify_cert_error_string(SSL_get_verify_result(connection_.get()));
    } else if (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER) {
        why_ += " (what the peer speaks is not TLS)";
    }
    return Status::kFailed;
}

TlsStream::Status TlsStream::handshake() {
    forget_errors();
    socket_.start_reading(false);
    const int result = SSL_do_handshake(connection_.get());
    return result == 1 ? Status::kDone : outcome(result);
}

Result<std::string, Failure> TlsStream::identity(ClientIdentity source) const {
    x509_st* const certificate = SSL_get0_peer_certificate(connection_.get());
    if (certificate == nullptr) return Result<std::string, Failure>(boost::system::in_place_value);
    return identity_in(certificate, source);
}

TlsStream::Transfer TlsStream::read(std::span<std::uint8_t> room, bool short_read_drains) {
    if (after_data_ != Status::kDone) return {0, after_data_};
    socket_.start_reading(short_read_drains);
    Transfer done;
    while (done.bytes < room.size()) {
        forget_errors();
        std::size_t count = 0;
        const int result =
            SSL_read_ex(connection_.get(), room.data() + done.bytes, room.size() - done.bytes, &count);
        if (result == 1) {
            done.bytes += count;
            continue;
        }
        done.status = outcome(result);
        break;
    }
    const bool over = done.status == Status::kEnded || done.status == Status::kFailed;
    if (over && done.bytes > 0) {
        after_data_ = done.status;
        done.status = Status::kDone;
    }
    return done;
}

TlsStream::Transfer TlsStream::write(std::span<const iovec> parts) {
    RecordCutter cutter(parts);
    Transfer done;
    for (ByteView piece = cutter.next(); !piece.empty(); piece = cutter.next()) {
        DRAY_ASSERT(piece.size() >= owed_bytes_);
        forget_errors();
        std::size_t count = 0;
        const int result = SSL_write_ex(connection_.get(), piece.data(), piece.size(), &count);
        if (result != 1) {
            done.status = outcome(result);
            if (done.status == Status::kBlocked && owed_bytes_ == 0) owed_bytes_ = piece.size();
            return done;
        }
        owed_bytes_ = 0;
        done.bytes += count;
        cutter.advance(count);
    }
    return done;
}

void TlsStream::say_close() {
    if (owes_write() || after_data_ == Status::kFailed || SSL_is_init_finished(connection_.get()) == 0)
        return;
    SSL_shutdown(connection_.get());
    ERR_clear_error();
}

}  // namespace dray::net
