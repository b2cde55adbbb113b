// SPDX-License-Identifier: MIT
#ifndef COMMANDS_H
#define COMMANDS_H

#include "connection.h"

#include <vector>

// A command, and who carries it out.
struct Command
{
    const char *name;
    int arity; // with the name; negative: that or more
    int lastKey = 0; // where the first key is at 1; -1: the last argument
    int step = 0; // from key to key
    KeyCommand onShard = nullptr; // of its key, or of all its keys
    QByteArray (Connection::*here)(const Arguments &) = nullptr;
    QtInterlink::Task<QByteArray> (Connection::*spread)(Arguments) = nullptr; // if there is more than one shard to ask
    bool isForSubscribers = false; // even with a subscription

    bool takes(qsizetype arguments) const noexcept;
};

// Null if there is none of that name, in whatever case.
const Command *findCommand(QByteArrayView name);
const std::vector<Command> &allCommands();

#endif
