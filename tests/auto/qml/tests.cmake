# SPDX-License-Identifier: MIT
# The QML module: links and promises, conversion, the QML types, and what happens when engines, items or services end.
if(NOT TARGET Qt6::InterlinkQml)
    return()
endif()

add_library(qmltestsupport STATIC ${folder}/services.cpp ${folder}/services.h)
set_target_properties(qmltestsupport PROPERTIES AUTOMOC ON)
interlink_set_strict(qmltestsupport)
target_link_libraries(qmltestsupport PUBLIC testsupport Qt6::InterlinkQml)
target_include_directories(qmltestsupport PUBLIC ${folder})

interlink_add_test(qmlpromises LIBRARIES qmltestsupport)
# Qt Qml tells its users' headers that it is there, and the shared header has been compiled without that.
set_target_properties(tst_qmlpromises PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
