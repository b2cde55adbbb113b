# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

# interlink_install_module(<Name> [<Qt module>...])
#
# Installs the library <Name> the way Qt's own modules are: headers, CMake package, and the files for pkg-config,
# qmake and Qt's tools. All of them name paths relative to themselves, so that an installed tree may be moved.
function(interlink_install_module name)
    set(dependencies ${ARGN})
    string(TOUPPER ${name} upper_name)
    string(TOLOWER ${name} lower_name)
    set(package Qt6${name})
    set(package_dir "${INTERLINK_INSTALL_LIBDIR}/cmake/${package}")
    set(templates "${PROJECT_SOURCE_DIR}/cmake")
    set(work_dir "${CMAKE_CURRENT_BINARY_DIR}/package")

    install(TARGETS ${name} EXPORT ${package}Targets
        RUNTIME DESTINATION "${INTERLINK_INSTALL_BINDIR}"
        LIBRARY DESTINATION "${INTERLINK_INSTALL_LIBDIR}"
        ARCHIVE DESTINATION "${INTERLINK_INSTALL_LIBDIR}"
    )
    install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/Qt${name}" "${PROJECT_BINARY_DIR}/include/Qt${name}"
        DESTINATION "${INTERLINK_INSTALL_INCLUDEDIR}")

    # CMake: the package and its version file.
    string(REGEX MATCH "^[0-9]+\\.[0-9]+" qt_version "${Qt6_VERSION}")
    install(EXPORT ${package}Targets NAMESPACE Qt6:: DESTINATION "${package_dir}")
    configure_package_config_file("${templates}/Qt6ModuleConfig.cmake.in" "${work_dir}/${package}Config.cmake"
        INSTALL_DESTINATION "${package_dir}" NO_SET_AND_CHECK_MACRO)
    write_basic_package_version_file("${work_dir}/${package}ConfigVersionImpl.cmake"
        COMPATIBILITY SameMinorVersion)
    configure_file("${templates}/Qt6ModuleConfigVersion.cmake.in"
        "${work_dir}/${package}ConfigVersion.cmake" @ONLY)
    install(
        FILES
            "${work_dir}/${package}Config.cmake"
            "${work_dir}/${package}ConfigVersion.cmake"
            "${work_dir}/${package}ConfigVersionImpl.cmake"
        DESTINATION "${package_dir}"
    )

    # pkg-config, and qmake's description of the library.
    set(static_define "")
    set(static_config "")
    set(linkage shared)
    if(NOT BUILD_SHARED_LIBS)
        set(static_define QT_${upper_name}_STATIC)
        set(static_config staticlib)
        set(linkage static)
    endif()
    list(TRANSFORM dependencies PREPEND Qt6 OUTPUT_VARIABLE qt_packages)
    list(TRANSFORM qt_packages PREPEND -l OUTPUT_VARIABLE qt_link_options)
    list(JOIN qt_packages " " qt_packages)
    list(JOIN qt_link_options " " qt_link_options)
    interlink_install_generated(module.pc.in "$<TARGET_FILE_BASE_NAME:${name}>.pc"
        "${INTERLINK_INSTALL_LIBDIR}/pkgconfig")
    interlink_install_generated(module.prl.in
        "$<TARGET_FILE_PREFIX:${name}>$<TARGET_FILE_BASE_NAME:${name}>.prl" "${INTERLINK_INSTALL_LIBDIR}")

    # qmake: what `QT += <name>` means.
    string(TOLOWER "${dependencies}" qmake_dependencies)
    list(JOIN qmake_dependencies " " qmake_dependencies)
    interlink_install_generated(module.pri.in "qt_lib_${lower_name}.pri"
        "${INTERLINK_INSTALL_ARCHDATADIR}/mkspecs/modules")

    # Qt's tools: the description, whose keys changed with Qt's releases.
    set(cross_compiled false)
    if(CMAKE_CROSSCOMPILING)
        set(cross_compiled true)
    endif()
    if(Qt6_VERSION VERSION_LESS 6.8)
        set(description_schema 6.4)
    elseif(Qt6_VERSION VERSION_LESS 6.11)
        set(description_schema 6.8)
    else()
        set(description_schema 6.11)
    endif()
    interlink_install_generated(module-${description_schema}.json.in "${name}.json"
        "${INTERLINK_INSTALL_DESCRIPTIONSDIR}")
endfunction()

# Fills in a template with the caller's variables, then with generator expressions, and installs the result.
# As a macro it sees the caller's variables; ${relative_prefix} leads from the file's folder to the prefix.
macro(interlink_install_generated template file_name destination)
    set(file_dir "/prefix/${destination}")
    file(RELATIVE_PATH relative_prefix "${file_dir}" /prefix)
    string(REGEX REPLACE "/$" "" relative_prefix "${relative_prefix}")
    configure_file("${templates}/${template}" "${work_dir}/${template}" @ONLY)
    file(GENERATE OUTPUT "${work_dir}/$<CONFIG>/${file_name}" INPUT "${work_dir}/${template}")
    install(FILES "${work_dir}/$<CONFIG>/${file_name}" DESTINATION "${destination}")
endmacro()
