# SPDX-License-Identifier: MIT
# Streams, sinks and servers on real sockets, files, processes and futures.
find_package(Qt6 REQUIRED COMPONENTS Network)
find_package(Qt6 COMPONENTS WebSockets QUIET)
add_library(streamtestlibraries INTERFACE)
target_link_libraries(streamtestlibraries INTERFACE Qt6::Network)
if(TARGET Qt6::WebSockets)
    target_link_libraries(streamtestlibraries INTERFACE Qt6::WebSockets)
    target_compile_definitions(streamtestlibraries INTERFACE TEST_WEBSOCKETS)
endif()

interlink_add_test(framers)
interlink_add_test(streams LIBRARIES streamtestlibraries)
interlink_add_test(sinks ALONE LIBRARIES streamtestlibraries)
interlink_add_test(servers LIBRARIES streamtestlibraries TIMEOUT 240)
# Qt Network tells its users' headers that it is there, and the shared header has been compiled without that.
set_target_properties(tst_streams tst_sinks tst_servers PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
