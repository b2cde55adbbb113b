# SPDX-License-Identifier: MIT
# The QML module: links and promises, conversion, the QML types, and what happens when engines, items or services end.
if(NOT TARGET Qt6::InterlinkQml)
    return()
endif()
find_package(Qt6 QUIET COMPONENTS Quick QuickTest)
if(NOT TARGET Qt6::QuickTest)
    message(STATUS "Qt Quick Test is not installed: without the tests of the QML module")
    return()
endif()

add_library(qmltestsupport STATIC
    ${folder}/backend.cpp ${folder}/backend.h
    ${folder}/script.h
    ${folder}/services.cpp ${folder}/services.h
)
set_target_properties(qmltestsupport PROPERTIES AUTOMOC ON)
interlink_set_strict(qmltestsupport)
target_link_libraries(qmltestsupport PUBLIC testsupport Qt6::InterlinkQml)
target_include_directories(qmltestsupport PUBLIC ${folder})

interlink_add_test(qmlpromises LIBRARIES qmltestsupport)
interlink_add_test(qmlconversion LIBRARIES qmltestsupport WORKERS 2)
interlink_add_test(qmlgarbage LIBRARIES qmltestsupport WORKERS 2 TIMEOUT 600)
interlink_add_test(qmllife LIBRARIES qmltestsupport Qt6::Quick WORKERS 2 TIMEOUT 900)
interlink_add_test(qmlquick LIBRARIES qmltestsupport Qt6::Quick Qt6::QuickTest)
target_compile_definitions(tst_qmlquick PRIVATE QUICK_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}/${folder}/quick")

# A QML module within the program, whose files are compiled ahead of time.
set_source_files_properties(${folder}/ahead/Shared.qml PROPERTIES QT_QML_SINGLETON_TYPE TRUE)
foreach(file IN ITEMS Shared Counters)
    set_source_files_properties(${folder}/ahead/${file}.qml PROPERTIES QT_RESOURCE_ALIAS ${file}.qml)
endforeach()
qt_add_qml_module(tst_qmlquick
    URI AheadOfTime
    VERSION 1.0
    RESOURCE_PREFIX /qt-project.org/imports
    OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/AheadOfTime
    IMPORT_PATH ${PROJECT_BINARY_DIR}/qml
    DEPENDENCIES QtQuick QtInterlink
    QML_FILES ${folder}/ahead/Shared.qml ${folder}/ahead/Counters.qml
    SOURCES ${folder}/ahead/counterelement.h
)
target_include_directories(tst_qmlquick PRIVATE ${folder}/ahead)

# Qt Qml tells its users' headers that it is there, and the shared header has been compiled without that.
set_target_properties(tst_qmlpromises tst_qmlconversion tst_qmlgarbage tst_qmllife
    tst_qmlquick PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
