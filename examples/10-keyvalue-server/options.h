// SPDX-License-Identifier: MIT
#ifndef OPTIONS_H
#define OPTIONS_H

#include <QtCore/QByteArray>
#include <QtNetwork/QHostAddress>

#include <optional>
#include <variant>

struct Options
{
    quint16 port = 6379;
    QHostAddress address = QHostAddress(QHostAddress::LocalHost);
    int workers = 1;
    int shards = 0; // 0: twice the workers
    QByteArray password; // empty: none
    int maxConnections = 10'000;
};

// There is nothing to do but to end the program.
struct Farewell
{
    int exitCode;
};

// Reads the command line. Has printed the help or what is wrong where it returns a Farewell.
std::variant<Options, Farewell> readOptions();

#endif
