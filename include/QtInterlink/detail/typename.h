// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_TYPENAME_H
#define QTINTERLINK_DETAIL_TYPENAME_H

#include <QtInterlink/interlinkglobal.h>

#include <array>
#include <cstddef>
#include <string_view>

namespace QtInterlink::detail {

// The name of a type as its author wrote it, for warnings.
template <typename T>
constexpr std::string_view rawTypeName() noexcept
{
#if defined(Q_CC_MSVC)
    return __FUNCSIG__;
#else
    return __PRETTY_FUNCTION__;
#endif
}

template <typename T>
struct TypeName
{
private:
    // The same function for a type whose name is known shows what stands before and after it.
    static constexpr std::size_t before = rawTypeName<double>().find("double");
    static constexpr std::size_t after = rawTypeName<double>().size() - before - 6;
    static constexpr std::size_t size = rawTypeName<T>().size() - before - after;

    static constexpr std::array<char, size + 1> copy() noexcept
    {
        std::array<char, size + 1> name{};
        for (std::size_t i = 0; i < size; ++i)
            name[i] = rawTypeName<T>()[before + i];
        return name;
    }

public:
    static constexpr std::array<char, size + 1> value = copy();
};

} // namespace QtInterlink::detail

#endif
