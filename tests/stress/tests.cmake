# SPDX-License-Identifier: MIT
interlink_add_test(startstop ALONE TIMEOUT 300 LABELS stress)

# A program that quits at a random moment, and one that runs it again and again.
add_executable(quitter ${folder}/quitter.cpp)
interlink_set_strict(quitter)
target_link_libraries(quitter PRIVATE Qt6::Interlink)
interlink_add_test(randomquit TIMEOUT 900 LABELS stress)
target_compile_definitions(tst_randomquit PRIVATE QUITTER="$<TARGET_FILE:quitter>")
# Most of it takes as long with any number of workers: the whole of it with 2.
foreach(workers IN ITEMS 1 8)
    set_property(TEST randomquit@${workers} APPEND PROPERTY ENVIRONMENT "INTERLINK_QUIT_RUNS=25")
endforeach()

if(INTERLINK_SANITIZE STREQUAL "thread")
    # A program takes a second to start here.
    set_property(TEST randomquit@2 APPEND PROPERTY ENVIRONMENT "INTERLINK_QUIT_RUNS=75")
    # Races on purpose, and must be caught: this keeps the suppressions honest.
    add_executable(plantedrace ${folder}/plantedrace.cpp)
    interlink_set_strict(plantedrace)
    target_link_libraries(plantedrace PRIVATE testsupport)
    foreach(place IN ITEMS exec offload)
        add_test(NAME plantedrace-${place} COMMAND plantedrace ${place})
        set_tests_properties(plantedrace-${place} PROPERTIES
            PASS_REGULAR_EXPRESSION "WARNING: ThreadSanitizer: data race" LABELS stress TIMEOUT 60)
    endforeach()
endif()

# The server of example 10 among clients of every kind.
find_package(Qt6 COMPONENTS Network QUIET)
if(UNIX AND INTERLINK_BUILD_EXAMPLES AND TARGET Qt6::Network)
    interlink_add_program_test(soak SOURCE ${folder}/tst_soak.cpp PROGRAM keyvalue-server LIBRARIES Qt6::Network
        TIMEOUT 1200 LABEL stress)
endif()
