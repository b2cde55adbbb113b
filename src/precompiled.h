// SPDX-License-Identifier: MIT
// What most sources include, read once. Each of them includes what it needs all the same.
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/reply.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QFuture>
#include <QtCore/QThread>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>
