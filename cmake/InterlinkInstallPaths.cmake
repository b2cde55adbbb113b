# SPDX-License-Identifier: MIT

# Where things are installed, below the prefix: INTERLINK_INSTALL_<kind>.
#
# Into Qt's own prefix: into Qt's own folders, so that CMake, qmake and pkg-config find the module with no further
# word. Into any other: below `lib`, whatever the system calls its own, since QT_ADDITIONAL_PACKAGES_PREFIX_PATH
# looks into lib/cmake only. CMAKE_INSTALL_LIBDIR and its like, set from outside, come first.

# To be included before Qt is looked for: its package gives these variables values of its own.
foreach(kind IN ITEMS LIBDIR INCLUDEDIR BINDIR)
    if(DEFINED CMAKE_INSTALL_${kind})
        set(INTERLINK_INSTALL_${kind} "${CMAKE_INSTALL_${kind}}" CACHE STRING "As CMAKE_INSTALL_${kind}")
    endif()
endforeach()

# To be called after Qt was found.
function(interlink_set_install_paths)
    cmake_path(SET prefix NORMALIZE "${CMAKE_INSTALL_PREFIX}/")
    cmake_path(SET qt_prefix NORMALIZE "${QT6_INSTALL_PREFIX}/")
    if(prefix STREQUAL qt_prefix)
        set(libdir "${QT6_INSTALL_LIBS}")
        set(includedir "${QT6_INSTALL_HEADERS}")
        set(archdatadir "${QT6_INSTALL_ARCHDATA}")
        set(datadir "${QT6_INSTALL_DATA}")
        set(qmldir "${QT6_INSTALL_QML}")
    else()
        set(libdir lib)
        set(includedir include)
        set(archdatadir lib/qt6)
        set(datadir share/qt6)
        set(qmldir lib/qt6/qml)
    endif()
    set(INTERLINK_INSTALL_LIBDIR "${libdir}" CACHE STRING "Libraries")
    set(INTERLINK_INSTALL_INCLUDEDIR "${includedir}" CACHE STRING "Headers")
    set(INTERLINK_INSTALL_BINDIR bin CACHE STRING "Programs")
    set(INTERLINK_INSTALL_ARCHDATADIR "${archdatadir}" CACHE STRING "Qt's data that depend on the architecture")
    set(INTERLINK_INSTALL_QMLDIR "${qmldir}" CACHE STRING "QML modules")

    # Qt moved these two between its releases.
    if(Qt6_VERSION VERSION_LESS 6.8)
        set(descriptionsdir "${datadir}/modules")
        set(metatypesdir "${INTERLINK_INSTALL_LIBDIR}/metatypes")
    else()
        set(descriptionsdir "${INTERLINK_INSTALL_ARCHDATADIR}/modules")
        set(metatypesdir "${INTERLINK_INSTALL_ARCHDATADIR}/metatypes")
    endif()
    set(INTERLINK_INSTALL_DESCRIPTIONSDIR "${descriptionsdir}" CACHE STRING "Descriptions of Qt modules")
    set(INTERLINK_INSTALL_METATYPESDIR "${metatypesdir}" CACHE STRING "Descriptions of meta types")

    foreach(kind IN ITEMS LIBDIR INCLUDEDIR BINDIR ARCHDATADIR QMLDIR DESCRIPTIONSDIR METATYPESDIR)
        mark_as_advanced(INTERLINK_INSTALL_${kind})
    endforeach()
endfunction()
