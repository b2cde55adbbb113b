# SPDX-License-Identifier: MIT
# The QML module: links and promises, conversion, the QML types, and what happens when engines, items or services end.
# Not under ThreadSanitizer, where INTERLINK_BUILD_GUI is off: Qt Qml as distributions build it isn't instrumented, and
# its JS engine would be all that is reported. What the module does between threads is the core's, and tested there.
if(NOT TARGET Qt6::InterlinkQml)
    return()
endif()
find_package(Qt6 QUIET COMPONENTS Quick QuickTest)
if(NOT TARGET Qt6::QuickTest)
    message(STATUS "Qt Quick Test is not installed: the tests of the QML module are left out")
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

interlink_add_test(qmlpromises GUI LIBRARIES qmltestsupport)
interlink_add_test(qmlconversion GUI WORKERS 2 LIBRARIES qmltestsupport)
interlink_add_test(qmlgarbage GUI WORKERS 2 TIMEOUT 900 LIBRARIES qmltestsupport)
interlink_add_test(qmllife GUI WORKERS 2 TIMEOUT 1800 LIBRARIES qmltestsupport Qt6::Quick)
interlink_add_test(qmlquick GUI AUTOMOC LIBRARIES qmltestsupport Qt6::Quick Qt6::QuickTest)
target_compile_definitions(tst_qmlquick PRIVATE QUICK_TEST_SOURCE_DIR="${CMAKE_CURRENT_SOURCE_DIR}/${folder}/quick")
foreach(test IN ITEMS qmllife@2 qmlquick@1 qmlquick@2 qmlquick@8)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
endforeach()

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

# All QML files, without a warning.
if(TARGET Qt6::qmllint)
    file(GLOB quick_files ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/quick/*.qml)
    add_test(NAME qmllint
        COMMAND Qt6::qmllint --bare -I "${QT6_INSTALL_PREFIX}/${QT6_INSTALL_QML}" -I "${PROJECT_BINARY_DIR}/qml"
            -I "${CMAKE_CURRENT_BINARY_DIR}" ${quick_files}
            ${CMAKE_CURRENT_BINARY_DIR}/AheadOfTime/Shared.qml ${CMAKE_CURRENT_BINARY_DIR}/AheadOfTime/Counters.qml)
    set_tests_properties(qmllint PROPERTIES TIMEOUT 120 FAIL_REGULAR_EXPRESSION "Warning|Error")
endif()
