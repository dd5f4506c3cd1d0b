// A value that lives elsewhere, so that what holds it stays small. Never empty, unless it was moved from.
#pragma once

#include <memory>
#include <utility>

namespace dray::shard {

template <typename T>
class Boxed {
  public:
    Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}

    operator const T&() const { return *value_; }
    T& operator*() { return *value_; }
    const T& operator*() const { return *value_; }

  private:
    std::unique_ptr<T> value_;
};

}  // namespace dray::shard
