// SPDX-License-Identifier: MIT
#ifndef COMPUTATION_H
#define COMPUTATION_H

#include "job.h"

#include <QtCore/QPromise>

// Does the work, in the calling thread. Reports its progress in percent, gives up when the promise is canceled.
void compute(QPromise<QJsonObject> &promise, const Work &work);

#endif
