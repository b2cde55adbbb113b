// SPDX-License-Identifier: MIT
#include <QtInterlink/QtInterlink>
#include <QtTest/QtTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>
