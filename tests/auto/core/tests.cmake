# SPDX-License-Identifier: MIT
interlink_add_test(reply)
interlink_add_test(awaiting)
interlink_add_test(coroutinesafety)
interlink_add_test(object)
interlink_add_test(pool ALONE)
interlink_add_test(retiring ALONE)
interlink_add_test(hanging ALONE)
interlink_add_test(scheduler WORKERS 2)
target_compile_definitions(tst_scheduler PRIVATE INTERLINK_EXPORTS_TESTED)
interlink_add_test(timerqueue WORKERS 2 SOURCES tst_timerqueue.cpp
    ../../../src/scheduling/timerqueue.cpp ../../../src/scheduling/timerwheel.cpp) # which the library keeps to itself
interlink_add_test(memory ALONE WORKERS 2 SOURCES tst_memory.cpp ../../../src/memory/slabstore.cpp) # the same

# What older compilers of GCC destroy twice is seen by their AddressSanitizer, which the asan preset's Clang hasn't.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT INTERLINK_SANITIZE)
    add_executable(coroutinesafety_asan ${folder}/tst_coroutinesafety.cpp)
    interlink_moc_test(coroutinesafety_asan ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/tst_coroutinesafety.cpp)
    interlink_set_strict(coroutinesafety_asan)
    target_link_libraries(coroutinesafety_asan PRIVATE testsupport)
    target_compile_options(coroutinesafety_asan PRIVATE -fsanitize=address)
    target_link_options(coroutinesafety_asan PRIVATE -fsanitize=address)
    add_test(NAME coroutinesafety-asan COMMAND coroutinesafety_asan)
    set_tests_properties(coroutinesafety-asan PROPERTIES TIMEOUT 180)
endif()

# The coroutines of another library, where it is installed.
find_package(QCoro6 COMPONENTS Core QUIET)
if(TARGET QCoro6::Core)
    interlink_add_test(qcoro LIBRARIES QCoro6::Core)
endif()

# One application after the other, which Qt Test's own would forbid.
add_executable(secondapplication ${folder}/secondapplication.cpp)
interlink_set_strict(secondapplication)
target_link_libraries(secondapplication PRIVATE testsupport)
target_precompile_headers(secondapplication REUSE_FROM testheaders)
foreach(workers IN ITEMS 1 2 8)
    add_test(NAME secondapplication@${workers} COMMAND secondapplication)
    set_tests_properties(secondapplication@${workers} PROPERTIES
        ENVIRONMENT "QTINTERLINK_WORKERS=${workers}" TIMEOUT 120)
endforeach()
