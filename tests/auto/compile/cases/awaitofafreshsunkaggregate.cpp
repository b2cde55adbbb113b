// SPDX-License-Identifier: MIT
// expect: QtInterlink: GCC before 13 destroys a message or closure that is made inside a co_await expression twice.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Line
{
    QString text;
};

Task<void> use(SinkLink<Line> sink, QString text)
{
    co_await sink.sink(Line{text});
}
