# SPDX-License-Identifier: MIT

# Reads qt-module.json, the one place for what the module is called and needs, into
#   INTERLINK_NAME, INTERLINK_VERSION, INTERLINK_DESCRIPTION, INTERLINK_LICENSE, INTERLINK_REPOSITORY,
#   INTERLINK_QT_MINIMUM, INTERLINK_QT_MAXIMUM and the list INTERLINK_DEPENDENCIES.

set(interlink_facts_file "${CMAKE_CURRENT_LIST_DIR}/../qt-module.json")
file(READ "${interlink_facts_file}" interlink_facts)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${interlink_facts_file}")

foreach(key IN ITEMS name version description license repository)
    string(TOUPPER "INTERLINK_${key}" variable)
    string(JSON ${variable} GET "${interlink_facts}" ${key})
endforeach()
string(JSON INTERLINK_QT_MINIMUM GET "${interlink_facts}" qt minimum)
string(JSON INTERLINK_QT_MAXIMUM GET "${interlink_facts}" qt maximum)

set(INTERLINK_DEPENDENCIES "")
string(JSON count LENGTH "${interlink_facts}" dependencies)
math(EXPR last "${count} - 1")
foreach(index RANGE ${last})
    string(JSON dependency GET "${interlink_facts}" dependencies ${index})
    list(APPEND INTERLINK_DEPENDENCIES ${dependency})
endforeach()
