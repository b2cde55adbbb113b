// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_RETAINED_H
#define QTINTERLINK_DETAIL_RETAINED_H

#include <utility>

namespace QtInterlink::detail {

// Holds a reference to something that counts its own: retain() and release().
template <typename T>
class Retained
{
public:
    Retained() noexcept = default;
    explicit Retained(T *object) noexcept : m_object(object)
    {
        if (m_object)
            m_object->retain();
    }
    Retained(const Retained &other) noexcept : Retained(other.m_object) { }
    Retained(Retained &&other) noexcept : m_object(std::exchange(other.m_object, nullptr)) { }
    Retained &operator=(Retained other) noexcept
    {
        std::swap(m_object, other.m_object);
        return *this;
    }
    ~Retained()
    {
        if (m_object)
            m_object->release();
    }

    T *get() const noexcept { return m_object; }
    T *operator->() const noexcept { return m_object; }
    T *take() noexcept { return std::exchange(m_object, nullptr); } // with its reference
    explicit operator bool() const noexcept { return m_object; }
    friend bool operator==(const Retained &a, const Retained &b) noexcept { return a.m_object == b.m_object; }

private:
    T *m_object = nullptr;
};

} // namespace QtInterlink::detail

#endif
