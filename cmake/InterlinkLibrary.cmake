# SPDX-License-Identifier: MIT

include(InterlinkPackage)

# interlink_add_library(<Name>
#     SOURCES <file>...
#     [DEPENDENCIES <Qt module>...]   # linked publicly, and looked for by the package
#     [PUBLIC <library>...] [PRIVATE <library>...]
#     [METATYPES])                    # runs moc, and installs what it found for the QML tools
#
# Adds the library <Name>, with the aliases Qt6::<Name> and Qt::<Name>, and installs it as a Qt module: library
# and package, and the public headers, which are all files in include/Qt<Name> and its folder detail.
function(interlink_add_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "METATYPES" "" "SOURCES;DEPENDENCIES;PUBLIC;PRIVATE")
    string(TOUPPER ${name} upper_name)
    string(TOLOWER ${name} lower_name)
    set(include_dir "${PROJECT_SOURCE_DIR}/include")
    set(generated_dir "${PROJECT_BINARY_DIR}/include")

    configure_file("${PROJECT_SOURCE_DIR}/cmake/version.h.in"
        "${generated_dir}/Qt${name}/${lower_name}version.h" @ONLY)
    file(GLOB headers CONFIGURE_DEPENDS "${include_dir}/Qt${name}/*" "${include_dir}/Qt${name}/detail/*")
    list(FILTER headers EXCLUDE REGEX "/detail$")

    add_library(${name} ${arg_SOURCES} ${headers} "${generated_dir}/Qt${name}/${lower_name}version.h")
    add_library(Qt6::${name} ALIAS ${name})
    add_library(Qt::${name} ALIAS ${name})
    interlink_set_strict(${name})

    # Before 1.0 a new minor version may break the binary interface, so it is part of the library's name.
    set(soversion ${PROJECT_VERSION_MAJOR})
    if(soversion EQUAL 0)
        set(soversion 0.${PROJECT_VERSION_MINOR})
    endif()
    set_target_properties(${name} PROPERTIES
        OUTPUT_NAME Qt6${name}
        VERSION ${PROJECT_VERSION}
        SOVERSION ${soversion}
        AUTOMOC ${arg_METATYPES}
    )
    if(WIN32)
        set_target_properties(${name} PROPERTIES DEBUG_POSTFIX d) # as Qt's own, which qmake looks for
    endif()

    target_compile_features(${name} INTERFACE cxx_std_20)
    target_compile_definitions(${name}
        PRIVATE QT_BUILD_${upper_name}_LIB
        INTERFACE QT_${upper_name}_LIB
    )
    if(NOT BUILD_SHARED_LIBS)
        target_compile_definitions(${name} PUBLIC QT_${upper_name}_STATIC)
    endif()

    # The folder Qt<Name> itself is not searched, as it is with Qt's modules: its link.h would stand before the
    # C library's.
    target_include_directories(${name}
        PUBLIC
            "$<BUILD_INTERFACE:${include_dir}>"
            "$<BUILD_INTERFACE:${generated_dir}>"
            "$<INSTALL_INTERFACE:${INTERLINK_INSTALL_INCLUDEDIR}>"
        PRIVATE
            "${CMAKE_CURRENT_SOURCE_DIR}"
    )

    list(TRANSFORM arg_DEPENDENCIES PREPEND Qt6:: OUTPUT_VARIABLE qt_libraries)
    target_link_libraries(${name} PUBLIC ${qt_libraries} ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
    if(UNIX AND NOT APPLE AND NOT INTERLINK_SANITIZE)
        target_link_options(${name} PRIVATE LINKER:--no-undefined) # a forgotten source shows here, not in a program
    endif()

    if(NOT MSVC)
        # Calls within the library are its own: the compiler may put them in line.
        target_compile_options(${name} PRIVATE -fno-semantic-interposition)
        if(UNIX AND NOT APPLE)
            target_link_options(${name} PRIVATE LINKER:-Bsymbolic-functions)
        endif()
    endif()

    if(arg_METATYPES)
        qt_extract_metatypes(${name} OUTPUT_FILES metatypes)
        install(FILES ${metatypes} DESTINATION "${INTERLINK_INSTALL_METATYPESDIR}")
        # So that the QML types of those who use the library know its classes.
        cmake_path(GET metatypes FILENAME metatypes_name)
        set(installed_metatypes "$<INSTALL_PREFIX>/${INTERLINK_INSTALL_METATYPESDIR}/${metatypes_name}")
        target_sources(${name} INTERFACE
            "$<INSTALL_INTERFACE:$<$<BOOL:$<TARGET_PROPERTY:QT_CONSUMES_METATYPES>>:${installed_metatypes}>>")
    endif()
    interlink_install_module(${name} ${arg_DEPENDENCIES})
endfunction()
