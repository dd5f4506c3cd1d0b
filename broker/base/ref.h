// Ref<T>: a shared owner of an immutable T that counts its own owners (T derives from RefCounted<T>).
// One word, no control block. The count is atomic: messages are shared between shards.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace dray {

template <typename T>
class RefCounted {
  public:
    RefCounted() = default;
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    void acquire() const { owners_.fetch_add(1, std::memory_order_relaxed); }
    void release() const {
        // A sole owner need not write: nobody else can see the count.
        if (owners_.load(std::memory_order_acquire) == 1 ||
            owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            T::destroy(static_cast<const T*>(this));
        }
    }
    std::uint32_t owners() const { return owners_.load(std::memory_order_relaxed); }

  protected:
    ~RefCounted() = default;

  private:
    mutable std::atomic<std::uint32_t> owners_{1};
};

template <typename T>
class Ref {
  public:
    Ref() = default;
    // Takes over the ownership that a new object is born with.
    static Ref adopt(T* object) {
        Ref ref;
        ref.object_ = object;
        return ref;
    }
    Ref(const Ref& other) : object_(other.object_) {
        if (object_) object_->acquire();
    }
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_) object_->release();
    }

    T* get() const { return object_; }
    T& operator*() const { return *object_; }
    T* operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }

  private:
    T* object_ = nullptr;
};

}  // namespace dray
