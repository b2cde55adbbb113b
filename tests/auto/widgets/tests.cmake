# SPDX-License-Identifier: MIT
# Services and plain Qt, both ways; no window needed.
interlink_add_test(signals)

if(NOT INTERLINK_BUILD_GUI)
    return()
endif()
find_package(Qt6 COMPONENTS Widgets QUIET)
if(NOT TARGET Qt6::Widgets)
    message(STATUS "Qt Widgets is not installed: the tests of windows are left out")
    return()
endif()
interlink_add_test(windows GUI WORKERS 2 LIBRARIES Qt6::Widgets)
interlink_add_test(widgets GUI WORKERS 2 LIBRARIES Qt6::Widgets)

# A program whose window closes at a random moment, and one that runs it again and again.
add_executable(windowcloser ${folder}/windowcloser.cpp)
interlink_set_strict(windowcloser)
target_link_libraries(windowcloser PRIVATE Qt6::Interlink Qt6::Widgets)
interlink_add_test(closing WORKERS 2 TIMEOUT 900 LABELS stress)
target_compile_definitions(tst_closing PRIVATE WINDOW_CLOSER="$<TARGET_FILE:windowcloser>")
foreach(test IN ITEMS windows widgets closing)
    set_property(TEST ${test}@2 APPEND PROPERTY ENVIRONMENT "QT_QPA_PLATFORM=offscreen")
endforeach()
