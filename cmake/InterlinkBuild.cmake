# SPDX-License-Identifier: MIT

# How everything in this tree is compiled.

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF) # there are none, and looking for them takes a step a file
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(Qt6_VERSION VERSION_GREATER "${INTERLINK_QT_MAXIMUM}.999")
    message(STATUS "Qt ${Qt6_VERSION} is newer than ${INTERLINK_QT_MAXIMUM}, the newest that ${PROJECT_NAME} was tried with")
endif()

# Sanitizers are for the whole tree, since a race or a leak is seen only where code is instrumented.
if(INTERLINK_SANITIZE STREQUAL "address")
    set(interlink_sanitizers -fsanitize=address,undefined -fno-omit-frame-pointer)
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
        list(APPEND interlink_sanitizers -fno-sanitize=function) # which can not be where there are coroutines
    endif()
elseif(INTERLINK_SANITIZE STREQUAL "thread")
    set(interlink_sanitizers -fsanitize=thread -fno-omit-frame-pointer)
elseif(INTERLINK_SANITIZE)
    message(FATAL_ERROR "INTERLINK_SANITIZE may be empty, address or thread, not ${INTERLINK_SANITIZE}")
endif()
if(INTERLINK_SANITIZE)
    add_compile_options(${interlink_sanitizers})
    add_link_options(${interlink_sanitizers})
endif()

# Gives a target of ours the language, the warnings and Qt's strict settings.
function(interlink_set_strict target)
    get_target_property(type ${target} TYPE)
    if(INTERLINK_SANITIZE STREQUAL "thread" AND type STREQUAL "EXECUTABLE" AND INTERLINK_BUILD_TESTS)
        # What libraries order, made visible.
        target_link_libraries(${target} PRIVATE $<TARGET_OBJECTS:visibleorder> ${CMAKE_DL_LIBS})
    endif()
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_compile_definitions(${target} PRIVATE
        QT_DISABLE_DEPRECATED_BEFORE=0x060400
        QT_NO_CAST_FROM_ASCII
        QT_NO_CAST_FROM_BYTEARRAY
        QT_NO_CAST_TO_ASCII
        QT_NO_FOREACH
        QT_NO_KEYWORDS
        QT_NO_URL_CAST_FROM_STRING
    )
    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${INTERLINK_WERROR}>:/WX>)
    else()
        target_compile_options(${target} PRIVATE -Wall -Wextra $<$<BOOL:${INTERLINK_WERROR}>:-Werror>)
    endif()
endfunction()
