#include "net/socket_bio.h"

#include <openssl/bio.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>
#include <climits>

#include "base/assert.h"

namespace dray::net {

// What OpenSSL calls. A result of -1 with a retry flag is "again later".
struct SocketBio::Methods {
    static SocketBio& self(bio_st* bio) { return *static_cast<SocketBio*>(BIO_get_data(bio)); }

    static bool is_for_later() { return errno == EAGAIN || errno == EWOULDBLOCK; }

    static int read(bio_st* bio, char* room, int size) {
        SocketBio& socket = self(bio);
        BIO_clear_retry_flags(bio);
        if (socket.is_drained_) {
            BIO_set_retry_read(bio);
            return -1;
        }
        ssize_t got = 0;
        do {
            got = ::recv(socket.socket_, room, static_cast<std::size_t>(size), 0);
        } while (got < 0 && errno == EINTR);
        if (got < 0 && is_for_later()) BIO_set_retry_read(bio);
        if (got == 0) socket.has_ended_ = true;
        socket.is_drained_ = socket.short_read_drains_ && got > 0 && got < size;
        return static_cast<int>(got);
    }

    static int write(bio_st* bio, const char* bytes, int size) {
        BIO_clear_retry_flags(bio);
        ssize_t put = 0;
        do {
            put = ::send(self(bio).socket_, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
        } while (put < 0 && errno == EINTR);
        if (put < 0 && is_for_later()) BIO_set_retry_write(bio);
        return static_cast<int>(put);
    }

    static long control(bio_st* bio, int command, long, void*) {
        if (command == BIO_CTRL_FLUSH) return 1;  // nothing is held back here
        if (command == BIO_CTRL_EOF) return self(bio).has_ended_ ? 1 : 0;
        return 0;
    }

    static int create(bio_st* bio) {
        BIO_set_init(bio, 1);
        return 1;
    }

    // Made once, for all: OpenSSL asks for it to live as long as any BIO of its kind.
    static const BIO_METHOD* get() {
        static const BIO_METHOD* const methods = [] {
            BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
            DRAY_ASSERT(made && BIO_meth_set_read(made, read) == 1 && BIO_meth_set_write(made, write) == 1 &&
                        BIO_meth_set_ctrl(made, control) == 1 && BIO_meth_set_create(made, create) == 1);
            return made;
        }();
        return methods;
    }
};

bio_st* SocketBio::make() {
    bio_st* const bio = BIO_new(Methods::get());
    DRAY_ASSERT(bio);
    BIO_set_data(bio, this);
    return bio;
}

}  // namespace dray::net
