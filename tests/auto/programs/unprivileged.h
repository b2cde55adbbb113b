// SPDX-License-Identifier: MIT
#ifndef UNPRIVILEGED_H
#define UNPRIVILEGED_H

#include <QtCore/QStringList>

// A command that runs another one, given as the program and its arguments, without root's right to read everything.
inline QStringList unprivileged(const QStringList &command)
{
    const QString powers = QStringLiteral("-dac_override,-dac_read_search");
    return QStringList{QStringLiteral("setpriv"), QStringLiteral("--inh-caps=") + powers,
                       QStringLiteral("--bounding-set=") + powers}
    + command;
}

#endif
