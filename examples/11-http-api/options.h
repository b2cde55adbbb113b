// SPDX-License-Identifier: MIT
#ifndef OPTIONS_H
#define OPTIONS_H

#include <QtNetwork/QHostAddress>

#include <variant>

struct Options
{
    QHostAddress address;
    quint16 port;
    quint16 webSocketPort;
    qint64 maxBody;
    int jobs;
};

// There is nothing to do but to end the program.
struct Farewell
{
    int exitCode;
};

// Reads the command line. Has printed the help, the version or what is wrong where it returns a Farewell.
std::variant<Options, Farewell> readOptions();

#endif
