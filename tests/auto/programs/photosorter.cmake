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
