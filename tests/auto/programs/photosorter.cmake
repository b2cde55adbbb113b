# SPDX-License-Identifier: MIT

# The photo sorter: its window is driven in the test's own process, its program run from outside.
find_package(Qt6 COMPONENTS Widgets QUIET)
if(NOT TARGET Qt6::Widgets)
    return()
endif()

add_library(photosamples STATIC photosamples.cpp photosamples.h)
interlink_set_strict(photosamples)
target_link_libraries(photosamples PUBLIC Qt6::Gui)

# Writes an album for screenshots.
add_executable(photo-samples photosamplesmain.cpp)
interlink_set_strict(photo-samples)
target_link_libraries(photo-samples PRIVATE photosamples)

add_executable(tst_photosorter tst_photosorter.cpp)
set_target_properties(tst_photosorter PROPERTIES AUTOMOC ON)
interlink_set_strict(tst_photosorter)
target_link_libraries(tst_photosorter PRIVATE testsupport photosorter photosamples)
target_compile_definitions(tst_photosorter PRIVATE PROGRAM_PATH="$<TARGET_FILE:photo-sorter>")
add_dependencies(tst_photosorter photo-sorter)
add_test(NAME photosorter COMMAND tst_photosorter)
set_tests_properties(photosorter PROPERTIES ENVIRONMENT QT_QPA_PLATFORM=offscreen TIMEOUT 600 LABELS program)
