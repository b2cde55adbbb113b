// SPDX-License-Identifier: MIT
#include "job.h"

using namespace Qt::StringLiterals;

QString stateName(Job::State state)
{
    switch (state) {
    case Job::Queued:
        return u"queued"_s;
    case Job::Running:
        return u"running"_s;
    case Job::Finished:
        return u"finished"_s;
    case Job::Canceled:
        return u"canceled"_s;
    case Job::Failed:
        return u"failed"_s;
    }
    Q_UNREACHABLE();
}
