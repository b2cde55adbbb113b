# SPDX-License-Identifier: MIT
# Compiles CASE with COMPILER, in MODE and with the lines of ARGUMENTS, and passes if the case's expectation holds: that
# it compiles, or that it doesn't and the compiler says the expected sentence.
cmake_minimum_required(VERSION 3.21)

file(STRINGS ${CASE} expectation REGEX "^// expect: " LIMIT_COUNT 1)
string(REGEX REPLACE "^// expect: " "" expectation "${expectation}")
if(NOT expectation)
    message(FATAL_ERROR "${CASE} has no line that begins with \"// expect: \".")
endif()

separate_arguments(mode NATIVE_COMMAND "${MODE}")
file(STRINGS ${ARGUMENTS} arguments)
list(FILTER arguments EXCLUDE REGEX "^-(I|D|isystem)$")
execute_process(COMMAND ${COMPILER} ${mode} ${arguments} ${CASE}
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(expectation STREQUAL "compiles")
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "It must compile, but doesn't:\n${output}")
    endif()
    return()
endif()
if(result EQUAL 0)
    message(FATAL_ERROR "It must not compile, but does. Expected: ${expectation}")
endif()
string(FIND "${output}" "${expectation}" position)
if(position EQUAL -1)
    message(FATAL_ERROR "It doesn't compile, but nobody says \"${expectation}\":\n${output}")
endif()
